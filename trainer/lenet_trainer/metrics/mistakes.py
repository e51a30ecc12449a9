"""The images that a model misclassifies most confidently: wrong labels and hard cases come first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Mistake:
    """A misclassified image, by its index in the split, with the scores of the predicted label and of its own."""

    index: int
    label: str
    predicted: str
    score: float
    label_score: float


def worst_mistakes(
    probabilities: NDArray[np.floating], labels: NDArray[np.int64], names: tuple[str, ...], count: int
) -> list[Mistake]:
    """Return at most `count` misclassified images by probabilities [N, K], lowest score of the true label first."""
    predicted = probabilities.argmax(axis=1)  # [N]
    label_scores = probabilities[np.arange(len(labels)), labels]  # [N]
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(label_scores[wrong], kind="stable")][:count]
    return [
        Mistake(
            int(index),
            names[labels[index]],
            names[predicted[index]],
            float(probabilities[index, predicted[index]]),
            float(label_scores[index]),
        )
        for index in worst
    ]
