"""Wilson's interval has published values, and always contains the share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_trainer.metrics.confidence_interval import Interval, wilson


@pytest.mark.parametrize(
    ("right", "images", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (15, 148, 0.0624, 0.1605)],
)
def test_known_values(right: int, images: int, low: float, high: float) -> None:
    interval = wilson(right, images)
    assert [interval.low, interval.high] == pytest.approx([low, high], abs=2e-4)


@given(st.integers(1, 10**6).flatmap(lambda images: st.tuples(st.integers(0, images), st.just(images))))
def test_the_share_is_inside(counts: tuple[int, int]) -> None:
    right, images = counts
    interval = wilson(right, images)
    assert 0 <= interval.low <= right / images + 1e-12
    assert right / images - 1e-12 <= interval.high <= 1
    mirrored = wilson(images - right, images)
    assert mirrored.low == pytest.approx(1 - interval.high, abs=1e-9)


def test_more_pictures_make_surer() -> None:
    small, large = wilson(99, 100), wilson(9900, 10_000)
    assert large.high - large.low < (small.high - small.low) / 5
    assert wilson(0, 0) == Interval(0.0, 1.0)
