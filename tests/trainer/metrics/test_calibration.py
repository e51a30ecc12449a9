"""The expected calibration error by hand, at its extremes, and within its bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_trainer.metrics.calibration import calibration


def test_by_hand() -> None:
    # Two bins: (0, 0.5] holds 0.25 and 0.5, of which one is right; (0.5, 1] holds 0.75 and 1.0, both right.
    result = calibration(np.array([0.25, 0.5, 0.75, 1.0]), np.array([True, False, True, True]), bins=2)
    assert [row.images for row in result.bins] == [2, 2]
    assert [row.mean_score for row in result.bins] == [0.375, 0.875]
    assert [row.accuracy for row in result.bins] == [0.5, 1.0]
    assert result.error == pytest.approx(0.5 * 0.125 + 0.5 * 0.125)
    assert result.mean_score == 0.625


def test_sure_and_right_and_sure_and_wrong() -> None:
    sure = np.ones(7, np.float32)
    assert calibration(sure, np.ones(7, bool)).error == 0
    assert calibration(sure, np.zeros(7, bool)).error == 1
    assert len(calibration(sure, np.ones(7, bool)).bins) == 15


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_every_answer_is_in_one_bin(answers: list[tuple[float, bool]]) -> None:
    scores, right = np.array([score for score, _ in answers]), np.array([sure for _, sure in answers])
    result = calibration(scores, right)
    assert sum(row.images for row in result.bins) == len(answers)
    assert 0 <= result.error <= 1
    for row in result.bins:
        assert row.images == 0 or row.low - 1e-12 <= row.mean_score <= row.high + 1e-12
    # Bins can hide differences, never make some.
    assert result.error >= abs(right.mean() - scores.mean()) - 1e-9
