"""The weight counts are the lecture's three numbers."""

from lenet_trainer.lecture.weight_counts import weight_counts


def test_the_lectures_numbers() -> None:
    assert [weights.parameters for weights in weight_counts(1, 28, 28)] == [10**9, 23_550, 520]
    assert weight_counts(1, 28, 28)[2].arithmetic == "20 · (5 · 5 + 1)"


def test_filters_do_not_grow_with_the_picture() -> None:
    small, large = weight_counts(3, 28, 28), weight_counts(3, 280, 280)
    assert large[1].parameters - 30 == 100 * (small[1].parameters - 30)
    assert large[2].parameters == small[2].parameters == 20 * (3 * 25 + 1)
