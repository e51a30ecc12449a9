"""The pictures that a model is most wrong about: bad labels and hard cases stand first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Mistake:
    """A picture, by its index in the split, its label, the label it was given, and the scores of both."""

    index: int
    label: str
    predicted: str
    score: float
    label_score: float


def worst_mistakes(
    probabilities: NDArray[np.floating], labels: NDArray[np.int64], names: tuple[str, ...], count: int
) -> list[Mistake]:
    """At most `count` pictures that got a wrong label from probabilities [N, K], least score of the right one first."""
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
