"""The worst mistakes come first; correct predictions are left out."""

import numpy as np

from lenet_trainer.metrics.mistakes import worst_mistakes


def test_order_and_scores() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.01, 0.99], [0.3, 0.7]])
    labels = np.array([0, 1, 0, 1])
    worst, next_worst = worst_mistakes(probabilities, labels, ("cat", "dog"), 5)
    assert (worst.index, worst.label, worst.predicted, worst.score, worst.label_score) == (2, "cat", "dog", 0.99, 0.01)
    assert (next_worst.index, next_worst.predicted) == (1, "cat")
    assert worst_mistakes(probabilities, labels, ("cat", "dog"), 1) == [worst]
