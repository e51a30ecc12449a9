"""Evaluates a published model on the test split: accuracy, calibration, robustness to shifts, worst mistakes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.export.model_file import ModelFile
from lenet_trainer.export.onnx_runtime import OnnxRuntime
from lenet_trainer.metrics.calibration import Calibration, calibration
from lenet_trainer.metrics.confidence_interval import Interval, wilson
from lenet_trainer.metrics.confusion import ClassResult, class_results, confusion_matrix
from lenet_trainer.metrics.mistakes import Mistake, worst_mistakes
from lenet_trainer.metrics.shifts import ShiftResult, shift_results

MISTAKES = 48  # as many as fit on a contact sheet: six rows of eight


@dataclass(frozen=True)
class Evaluation:
    """A model's results on a split; `confusion` [K, K] has a row per true label and a column per predicted one."""

    images: int
    right: int
    interval: Interval
    classes: list[ClassResult]
    confusion: NDArray[np.int64]
    calibration: Calibration
    shifts: list[ShiftResult]
    mistakes: list[Mistake]

    @property
    def accuracy(self) -> float:
        """The share of correctly classified images, 0 to 1."""
        return self.right / self.images


def evaluate(model: ModelFile, dataset: Dataset, batch_size: int = 64) -> Evaluation:
    """Evaluate on the test split with ONNX Runtime; raises ModelError if the model does not fit the dataset."""
    model.require_fit(dataset)
    images, labels = dataset.split("test")
    runtime = OnnxRuntime(model.content)
    probabilities = runtime.probabilities(images, batch_size)  # [N, K]
    predicted = probabilities.argmax(axis=1)  # [N]
    right = int((predicted == labels).sum())
    confusion = confusion_matrix(labels, predicted, len(dataset.labels))
    return Evaluation(
        len(images),
        right,
        wilson(right, len(images)),
        class_results(confusion, dataset.labels),
        confusion,
        calibration(probabilities.max(axis=1), predicted == labels),
        shift_results(
            lambda moved: runtime.probabilities(moved, batch_size).argmax(axis=1),
            images,
            labels,
            predicted,
            outside=dataset.outside,
        ),
        worst_mistakes(probabilities, labels, dataset.labels, MISTAKES),
    )
