"""A description of a model's input is checked when it is made."""

from typing import Any

import pytest

from lenet_imaging import Preprocessing


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("crop", 1, 28, 28), "fit must be one of ink, resize, not 'crop'"),
        (("resize", 4, 28, 28), "channels must be 1"),
        (("ink", 3, 28, 28), "fit 'ink' gives 1 channel, not 3"),
        (("ink", 1, 0, 28), "at least 1, not 0 and 28"),
        (("resize", 3, 28, -1), "at least 1, not 28 and -1"),
    ],
)
def test_refuses_what_no_model_has(values: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Preprocessing(*values)


def test_equal_descriptions_are_equal() -> None:
    assert Preprocessing("ink", 1, 28, 28) == Preprocessing(fit="ink", channels=1, height=28, width=28)
