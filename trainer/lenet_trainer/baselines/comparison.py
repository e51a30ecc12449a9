"""Trains estimators on the same images, one after the other, and measures their predictions."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from lenet_trainer.baselines.estimator import ComparisonResult, Estimator
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.stratified_split import stratified
from lenet_trainer.metrics.confidence_interval import wilson
from lenet_trainer.metrics.shifts import DIRECTIONS, shifted
from lenet_trainer.percent import percent
from lenet_trainer.progress import Progress

MOVED_PIXELS = 2
# A prediction shorter than half a second is timed up to three times: other load disturbs short runs most.
MAX_RUNS, SHORT_SECONDS = 3, 0.5
MOVED_IMAGES = 500  # in each direction; an SVM takes milliseconds for one


def compare(dataset: Dataset, estimators: Sequence[Estimator], progress: Progress) -> list[ComparisonResult]:
    """Return the estimators' results on the test split, in their order."""
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
    """Limit PyTorch and the libraries of scikit-learn to that many threads within the context."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with threadpool_limits(threads):
            yield
    finally:
        torch.set_num_threads(before)


def measure(dataset: Dataset, estimator: Estimator) -> ComparisonResult:
    """Return one estimator's result: it learns, predicts the test split, and then a sample of it shifted."""
    images, labels = dataset.split("test")
    started = time.perf_counter()
    estimator.learn(dataset)
    training_seconds = time.perf_counter() - started
    seconds, predicted = timed(estimator, images)
    wrong = int((predicted != labels).sum())
    # Evenly over the whole split: images may be sorted by label.
    some = np.linspace(0, len(images) - 1, min(MOVED_IMAGES, len(images))).astype(int)
    return ComparisonResult(
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
    """Return the seconds for images [N, C, H, W], the minimum of several short runs, and the labels [N]."""
    durations: list[float] = []
    while not durations or (len(durations) < MAX_RUNS and sum(durations) < SHORT_SECONDS):
        started = time.perf_counter()
        predicted = estimator.predict(images)
        durations.append(time.perf_counter() - started)
    return min(durations), predicted


def moved_error(estimator: Estimator, images: NDArray[np.uint8], labels: NDArray[np.int64], outside: str) -> float:
    """Return the share of misclassified images [N, C, H, W], shifted in each of the four directions."""
    moves = [(MOVED_PIXELS * rows, MOVED_PIXELS * columns) for rows, columns in DIRECTIONS.values()]
    predicted = [estimator.predict(shifted(images, *move, outside)) for move in moves]
    return float(np.mean([answer != labels for answer in predicted]))


def reduced(dataset: Dataset, train_images: int, test_images: int, seed: int) -> Dataset:
    """Return the dataset with at most that many images, stratified by label."""
    train, test = (
        chosen(dataset.split(split), wanted, seed) for split, wanted in (("train", train_images), ("test", test_images))
    )
    return replace(dataset, train_images=train[0], train_labels=train[1], test_images=test[0], test_labels=test[1])


def chosen(
    pictures: tuple[NDArray[np.uint8], NDArray[np.int64]], wanted: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return about `wanted` of the images and labels, stratified by label."""
    images, labels = pictures
    if len(images) <= wanted:
        return images, labels
    _, kept = stratified(labels, wanted / len(images), seed)
    return images[kept], labels[kept]
