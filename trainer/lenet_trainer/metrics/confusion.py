"""Which labels are taken for which, and how well each is found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClassResult:
    """One label: pictures that have it, pictures that were given it, and those that both is true of.

    Precision is right / predicted, recall right / images; None where there is nothing to divide by.
    """

    label: str
    images: int
    predicted: int
    right: int
    precision: float | None
    recall: float | None


def confusion_matrix(labels: NDArray[np.int64], predicted: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """How many pictures of each label (row) were given each label (column): [K, K]."""
    cells = np.bincount(labels * count + predicted, minlength=count * count)
    return cells.reshape(count, count).astype(np.int64)


def class_results(confusion: NDArray[np.int64], labels: Sequence[str]) -> list[ClassResult]:
    """Precision and recall of each label from the confusion matrix [K, K]."""
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
