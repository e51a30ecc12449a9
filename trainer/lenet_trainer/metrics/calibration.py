"""Measures calibration: of all predictions with a score of 0.9, nine in ten should be correct."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15  # as in Guo et al., 2017


@dataclass(frozen=True)
class Bin:
    """The predictions with a score in (low, high]; both means are 0 if there are none."""

    low: float
    high: float
    images: int
    mean_score: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """Scores compared with accuracies; `error` is the expected calibration error."""

    error: float
    mean_score: float
    bins: tuple[Bin, ...]


def calibration(scores: NDArray[np.floating], right: NDArray[np.bool_], bins: int = BINS) -> Calibration:
    """Return the calibration of predictions with scores [N], from 0 to 1, that were correct or not [N].

    The expected calibration error is Σ |accuracy − mean score| · share of the predictions, over bins of equal width
    (Guo et al., On calibration of modern neural networks, 2017).
    """
    scores = scores.astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    places = np.searchsorted(edges, scores, side="left").clip(1, bins) - 1  # bin 0 also holds the score 0
    rows = []
    for place in range(bins):
        inside = places == place
        images = int(inside.sum())
        score = float(scores[inside].mean()) if images else 0.0
        accuracy = float(right[inside].mean()) if images else 0.0
        rows.append(Bin(float(edges[place]), float(edges[place + 1]), images, score, accuracy))
    error = sum(row.images * abs(row.accuracy - row.mean_score) for row in rows) / len(scores)
    return Calibration(error, float(scores.mean()), tuple(rows))
