"""Lets estimators learn from and predict the same pictures, one after the other, and measures them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from lenet_trainer.baselines.estimator import Estimator, Result
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.stratified_split import stratified
from lenet_trainer.metrics.confidence_interval import wilson
from lenet_trainer.metrics.shifts import DIRECTIONS, shifted
from lenet_trainer.percent import percent
from lenet_trainer.progress import Progress

MOVED_PIXELS = 2
MOST_RUNS, SHORT_SECONDS = 3, 0.5  # what else runs on the machine disturbs short runs most
MOVED_IMAGES = 500  # in each direction; a support vector machine takes its time


def contest(dataset: Dataset, estimators: Sequence[Estimator], progress: Progress) -> list[Result]:
    """The estimators' results on the test split, in their order."""
    results = []
    progress.begin("comparing", len(estimators))
    for estimator in estimators:
        result = measure(dataset, estimator)
        error, seconds = percent(result.error), result.training_seconds
        progress.say(f"{result.name}: error {error}, trained in {seconds:.1f} s")
        progress.advance()
        results.append(result)
    progress.end()
    return results


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Let PyTorch and the libraries below scikit-learn compute with so many threads, and afterwards as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with threadpool_limits(threads):
            yield
    finally:
        torch.set_num_threads(before)


def measure(dataset: Dataset, estimator: Estimator) -> Result:
    """One estimator's result: it learns, predicts the test split, and then test pictures that have moved."""
    images, labels = dataset.split("test")
    started = time.perf_counter()
    estimator.learn(dataset)
    training_seconds = time.perf_counter() - started
    seconds, predicted = timed(estimator, images)
    wrong = int((predicted != labels).sum())
    # Spread over the whole split: pictures may lie in the order of their labels.
    some = np.linspace(0, len(images) - 1, min(MOVED_IMAGES, len(images))).astype(int)
    return Result(
        estimator.name,
        estimator.convolutional,
        len(images),
        wrong,
        wrong / len(images),
        wilson(wrong, len(images)),
        moved_error(estimator, images[some], labels[some], dataset.outside),
        estimator.parameters,
        estimator.support_vectors,
        len(estimator.saved()),
        training_seconds,
        seconds / len(images),
    )


def timed(estimator: Estimator, images: NDArray[np.uint8]) -> tuple[float, NDArray[np.int64]]:
    """How long a estimator takes for images [N, C, H, W], and its labels [N]; the least of several short runs."""
    durations: list[float] = []
    while not durations or (len(durations) < MOST_RUNS and sum(durations) < SHORT_SECONDS):
        started = time.perf_counter()
        predicted = estimator.predict(images)
        durations.append(time.perf_counter() - started)
    return min(durations), predicted


def moved_error(estimator: Estimator, images: NDArray[np.uint8], labels: NDArray[np.int64], outside: str) -> float:
    """The share of images [N, C, H, W] that is wrong when all have moved, over the four directions."""
    moves = [(MOVED_PIXELS * rows, MOVED_PIXELS * columns) for rows, columns in DIRECTIONS.values()]
    predicted = [estimator.predict(shifted(images, *move, outside)) for move in moves]
    return float(np.mean([answer != labels for answer in predicted]))


def reduced(dataset: Dataset, train_images: int, test_images: int, seed: int) -> Dataset:
    """The dataset with so many pictures, of each label its share; splits that are smaller already stay whole."""
    train, test = (
        chosen(dataset.split(split), wanted, seed) for split, wanted in (("train", train_images), ("test", test_images))
    )
    return replace(dataset, train_images=train[0], train_labels=train[1], test_images=test[0], test_labels=test[1])


def chosen(
    pictures: tuple[NDArray[np.uint8], NDArray[np.int64]], wanted: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """About as many of the images and labels as wanted, in the same proportions."""
    images, labels = pictures
    if len(images) <= wanted:
        return images, labels
    _, kept = stratified(labels, wanted / len(images), seed)
    return images[kept], labels[kept]
