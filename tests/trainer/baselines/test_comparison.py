"""The comparison's figures are correct, and its estimators are those of the lecture."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet_trainer.baselines.comparison import compare, reduced
from lenet_trainer.baselines.estimator import ComparisonResult, Estimator
from lenet_trainer.baselines.networks import networks
from lenet_trainer.baselines.scikit_learn import ScikitLearnEstimator, scikit_learn_estimators
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.networks.fully_connected import FullyConnected
from lenet_trainer.progress import Silent

ALL_WRONG = 0.85  # of ten labels, one in ten is right by chance


class AlwaysZero:
    """An estimator that always predicts 0."""

    name = "always zero"
    convolutional = False
    parameters = 0
    support_vectors = None

    def learn(self, dataset: Dataset) -> None:
        self.learned = len(dataset.train_images)

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        return np.zeros(len(images), np.int64)

    def saved(self) -> bytes:
        return b"0"


class Edge(AlwaysZero):
    """Predicts 1 if there is ink in the outermost two pixels, which only shifted images have."""

    name = "edge"

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        inside = images[:, :, 2:-2, 2:-2].sum(axis=(1, 2, 3), dtype=np.int64)
        return np.asarray(images.sum(axis=(1, 2, 3), dtype=np.int64) > inside, np.int64)


@pytest.fixture(scope="module")
def few(small_digits: Dataset) -> Dataset:
    """A fifth of the digits."""
    return reduced(small_digits, 300, 150, seed=0)


@pytest.fixture(scope="module")
def results(few: Dataset) -> dict[str, ComparisonResult]:
    """The results of all estimators after a short training."""
    estimators: list[Estimator] = [*scikit_learn_estimators(), *networks(epochs=5, seed=0, batch_size=20)]
    return {result.name: result for result in compare(few, estimators, Silent())}


def test_figures_by_hand(few: Dataset) -> None:
    (result,) = compare(few, [AlwaysZero()], Silent())
    zeros = int((few.test_labels == 0).sum())
    assert (result.images, result.wrong) == (len(few.test_labels), len(few.test_labels) - zeros)
    assert result.error == result.moved_error == 1 - zeros / result.images
    assert result.interval.low < result.error < result.interval.high
    assert result.size_bytes == 1


def test_moved_pictures_are_moved_and_taken_from_all_labels(few: Dataset) -> None:
    """600 pictures in the order of their labels: the first 300 are squares inside, the others reach into the edge."""
    images = np.zeros((600, 1, 28, 28), np.uint8)
    images[:, :, 2:-2, 2:-2] = 255
    images[300:, :, 0] = 255
    labels = np.repeat([0, 1], 300)
    (result,) = compare(replace(few, test_images=images, test_labels=labels), [Edge()], Silent())
    assert result.error == 0
    assert result.moved_error == pytest.approx(0.5, abs=0.01)


def test_every_estimator_learns(results: dict[str, ComparisonResult]) -> None:
    assert list(results) == [
        "logistic regression",
        "K-NN, K = 3",
        "SVM, Gaussian",
        "SVM, degree 4",
        "fully connected, 30 hidden",
        "LeNet",
        "LeNet, max pooling",
        "LeNet, tanh",
        "LeNet, ReLU",
        "LeNet, ReLU, max pooling",
        "LeNet, distorted pictures",
    ]
    slow = {name for name, result in results.items() if result.error > 0.35}
    assert slow <= {"LeNet", "LeNet, max pooling", "LeNet, distorted pictures"}  # sigmoids take more steps than these
    assert all(results[name].error < ALL_WRONG for name in slow)
    assert all(result.training_seconds > 0 and result.seconds_per_image > 0 for result in results.values())
    assert [name for name, result in results.items() if result.convolutional] == [
        name for name in results if name.startswith("LeNet")
    ]


def test_what_is_kept(results: dict[str, ComparisonResult], few: Dataset) -> None:
    assert results["logistic regression"].parameters == 7850
    assert results["fully connected, 30 hidden"].parameters == 23_550 + 310 == FullyConnected().parameter_count
    assert {result.parameters for name, result in results.items() if name.startswith("LeNet")} == {61_706}
    assert results["K-NN, K = 3"].support_vectors == len(few.train_labels)
    machine = results["SVM, Gaussian"]
    assert machine.support_vectors is not None
    assert machine.parameters == machine.support_vectors * (784 + 9) + 45
    assert results["LeNet"].support_vectors is None
    assert 61_706 * 4 < results["LeNet"].size_bytes < 61_706 * 5


@pytest.mark.parametrize(("train", "test"), [(500, 200), (10**6, 100)])
def test_a_smaller_dataset_has_the_same_proportions(train: int, test: int, small_digits: Dataset) -> None:
    smaller = reduced(small_digits, train, test, seed=0)
    assert len(smaller.train_labels) == pytest.approx(min(train, 1437), abs=5)
    assert len(smaller.test_labels) == pytest.approx(test, abs=5)
    for mine, whole in (
        (smaller.train_labels, small_digits.train_labels),
        (smaller.test_labels, small_digits.test_labels),
    ):
        np.testing.assert_allclose(np.bincount(mine) / len(mine), np.bincount(whole) / len(whole), atol=0.01)


def test_colour_pictures(few: Dataset) -> None:
    def coloured(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.repeat(images, 3, axis=1)

    colour = replace(few, train_images=coloured(few.train_images), test_images=coloured(few.test_images), fit="resize")
    estimators: list[Any] = [scikit_learn_estimators()[1], networks(epochs=1, seed=0, batch_size=64)[4]]
    assert isinstance(estimators[0], ScikitLearnEstimator)
    assert [result.images for result in compare(colour, estimators, Silent())] == [len(few.test_labels)] * 2
