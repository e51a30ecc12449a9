"""The interface of a method in a comparison, and the figures measured of it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.metrics.confidence_interval import Interval


class Estimator(Protocol):
    """A method that learns from a training split and then predicts labels."""

    @property
    def name(self) -> str:
        """The name in tables."""

    @property
    def convolutional(self) -> bool:
        """Whether it is a network with convolutions."""

    def learn(self, dataset: Dataset) -> None:
        """Learn from the dataset's training split, without the test split."""

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the labels [N] of images [N, C, H, W]."""

    def saved(self) -> bytes:
        """Return everything needed to predict, serialised."""

    @property
    def parameters(self) -> int:
        """The number of values learned, or kept from the training images."""

    @property
    def support_vectors(self) -> int | None:
        """The number of training images kept; None for methods that keep none."""


@dataclass(frozen=True)
class ComparisonResult:
    """One estimator's figures; errors are shares of the test images, `moved_error` of a sample shifted by 2 pixels."""

    name: str
    convolutional: bool
    images: int
    wrong: int
    error: float
    interval: Interval
    moved_error: float
    parameters: int
    support_vectors: int | None
    size_bytes: int
    training_seconds: float
    seconds_per_image: float
