"""The confusion matrix, and precision and recall of each label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClassResult:
    """One label: the images that have it, those predicted to have it, and those of which both is true.

    Precision is right / predicted, recall right / images; None if the divisor is 0.
    """

    label: str
    images: int
    predicted: int
    right: int
    precision: float | None
    recall: float | None


def confusion_matrix(labels: NDArray[np.int64], predicted: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the number of images of each label (row) predicted as each label (column): [K, K]."""
    cells = np.bincount(labels * count + predicted, minlength=count * count)
    return cells.reshape(count, count).astype(np.int64)


def class_results(confusion: NDArray[np.int64], labels: Sequence[str]) -> list[ClassResult]:
    """Return precision and recall of each label from the confusion matrix [K, K]."""
    results = []
    for index, label in enumerate(labels):
        images, predicted = int(confusion[index].sum()), int(confusion[:, index].sum())
        right = int(confusion[index, index])
        results.append(
            ClassResult(
                label,
                images,
                predicted,
                right,
                right / predicted if predicted else None,
                right / images if images else None,
            )
        )
    return results
