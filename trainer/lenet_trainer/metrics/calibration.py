"""Whether scores can be taken at their word: of all answers with a score of 0.9, nine in ten should be right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15


@dataclass(frozen=True)
class Bin:
    """The answers whose score is above `low` and not above `high`; both means are 0 where there are none."""

    low: float
    high: float
    images: int
    mean_score: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """Scores beside accuracies. `error` is the expected calibration error, `mean_score` that of all answers."""

    error: float
    mean_score: float
    bins: tuple[Bin, ...]


def calibration(scores: NDArray[np.floating], right: NDArray[np.bool_], bins: int = BINS) -> Calibration:
    """The calibration of answers with these scores [N], from 0 to 1, that were right or not [N].

    The expected calibration error is Σ |accuracy − mean score| · share of the answers, over bins of equal width
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
