"""The lecture's three numbers."""

from lenet_trainer.lecture.weight_counts import comparison


def test_the_lectures_numbers() -> None:
    assert [weights.parameters for weights in comparison(1, 28, 28)] == [10**9, 23_550, 520]
    assert comparison(1, 28, 28)[2].arithmetic == "20 · (5 · 5 + 1)"


def test_filters_do_not_grow_with_the_picture() -> None:
    small, large = comparison(3, 28, 28), comparison(3, 280, 280)
    assert large[1].parameters - 30 == 100 * (small[1].parameters - 30)
    assert large[2].parameters == small[2].parameters == 20 * (3 * 25 + 1)
