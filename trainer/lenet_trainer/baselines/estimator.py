"""What takes part in a comparison, and what is found out about it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.metrics.confidence_interval import Interval


class Estimator(Protocol):
    """A method that learns from the training split and then predicts."""

    @property
    def name(self) -> str:
        """What it is called in tables."""

    @property
    def convolutional(self) -> bool:
        """Whether it is a network with convolutions."""

    def learn(self, dataset: Dataset) -> None:
        """Learn from the dataset's training split; the test split is not looked at."""

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The labels [N] of images [N, C, H, W]."""

    def saved(self) -> bytes:
        """What has to be kept in order to predict, as it is saved."""

    @property
    def parameters(self) -> int:
        """How many numbers have been learned, or are kept of the training pictures."""

    @property
    def support_vectors(self) -> int | None:
        """How many training pictures are kept; None for methods that keep none."""


@dataclass(frozen=True)
class Result:
    """One estimator's figures; errors are shares of the test pictures, `moved_error` of some moved by 2 pixels."""

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
