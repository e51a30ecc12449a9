"""What is around a glyph, and the light on it, makes no difference: light, printed lines, boxes, the edge of a scan."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from lenet_imaging import fit
from lenet_imaging.digits.border import border
from lenet_imaging.digits.illumination import uneven_illumination
from tests.support.imaging.drawing import INK, Array, difference, drawn, mean_difference

Change = Callable[[Array], Array]


def page(image: Array, ink: int = 40, paper: int = 220) -> Array:
    """A drawing, light on black, as ink on a larger sheet."""
    part = np.pad(image, 60).astype(np.float64) / 255
    return np.asarray(np.rint(paper + (ink - paper) * part), np.uint8)


def lit(image: Array, light: np.typing.ArrayLike) -> Array:
    return np.asarray(np.rint(image * np.asarray(light)), np.uint8)


def from_one_side(image: Array) -> Array:
    return lit(page(image), np.linspace(0.35, 1, 344)[:, np.newaxis])


def from_a_corner_on_a_blackboard(image: Array) -> Array:
    across = np.linspace(0.2, 0.5, 344)
    return lit(page(image, ink=240, paper=60), across[:, np.newaxis] + across)


def half_in_shadow(image: Array) -> Array:
    light = np.ones((344, 344))
    light[:, 170:] = 0.45
    return lit(page(image), cv2.blur(light, (9, 9)))


def ruled(image: Array) -> Array:
    sheet = page(image)
    for row in range(20, 344, 45):
        cv2.line(sheet, (0, row), (343, row + 8), 120, 2)
    return sheet


def squared(image: Array) -> Array:
    sheet = ruled(image)
    for column in range(25, 344, 45):
        cv2.line(sheet, (column, 0), (column - 8, 343), 120, 2)
    return sheet


def boxed(image: Array) -> Array:
    sheet = page(image)
    cv2.rectangle(sheet, (35, 35), (308, 308), 40, 5)
    return sheet


def boxed_too_narrowly(image: Array) -> Array:
    sheet = page(image)
    rows = np.flatnonzero((sheet < 128).any(axis=1))
    cv2.rectangle(sheet, (35, 35), (308, int(rows[-1])), 40, 5)
    return sheet


def circled(image: Array) -> Array:
    sheet = np.pad(page(image), 20, constant_values=220)
    cv2.circle(sheet, (192, 192), 165, 40, 5)
    return sheet


def on_a_desk(image: Array) -> Array:
    return np.pad(page(image), ((30, 0), (25, 12)), constant_values=25)


def chalk_beside_the_wall(image: Array) -> Array:
    return np.pad(page(image, ink=240, paper=60), ((0, 30), (0, 20)), constant_values=210)


# How much may differ, in grey levels of 255: a digit may lie a pixel further on, and crumbs of printed lines stay where
# strokes cross them.
CHANGES: list[tuple[Change, float]] = [
    (from_one_side, 4),
    (from_a_corner_on_a_blackboard, 4),
    (half_in_shadow, 10),
    (ruled, 10),
    (squared, 16),
    (boxed, 5),
    (boxed_too_narrowly, 14),
    (circled, 5),
    (on_a_desk, 4),
    (chalk_beside_the_wall, 4),
]


@pytest.mark.parametrize(("change", "most"), CHANGES)
def test_surroundings_do_not_matter(digits: Array, change: Change, most: float) -> None:
    plain = [fit(page(drawn(digit)), INK) for digit in digits[:12]]
    changed = [fit(change(drawn(digit)), INK) for digit in digits[:12]]
    assert np.mean([difference(*pair) for pair in zip(plain, changed, strict=True)]) < most


def test_even_light_is_known(digits: Array) -> None:
    sheet = cv2.resize(page(drawn(digits[0])), (192, 192), interpolation=cv2.INTER_AREA).astype(np.uint8)
    assert uneven_illumination(sheet, np.sort(border(sheet))) is None
    falling_off = (sheet * np.linspace(0.7, 1, 192)).astype(np.uint8)
    assert uneven_illumination(falling_off, np.sort(border(falling_off))) is not None


@pytest.mark.parametrize("angle", [0, 4, -9])
def test_a_straight_stroke_is_no_printed_line(angle: int) -> None:
    """A hairline that begins and ends on the sheet is all that is there."""
    sheet = np.full((600, 600), 230, np.uint8)
    rise = round(250 * np.tan(np.radians(angle)))
    cv2.line(sheet, (50, 300 - rise), (550, 300 + rise), 30, 3)
    assert (fit(sheet, INK)[0].max(axis=0) > 200).sum() == 20


def test_lines_alone_are_the_sign() -> None:
    """Of a sheet with nothing but a line on it, the line is what can be shown."""
    sheet = np.full((300, 300), 230, np.uint8)
    cv2.line(sheet, (0, 150), (299, 150), 30, 3)
    assert fit(sheet, INK).max() == 255


def cut(image: Array) -> Array:
    """A picture, light on black, without the paper around its ink."""
    rows, columns = np.nonzero(image > 100)
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


@pytest.mark.parametrize("inverted", [False, True])
def test_a_digit_cut_to_its_bounds_stays_whole(digits: Array, inverted: bool) -> None:
    """As long as there is clearly more paper left than ink: else nobody could tell which is which."""
    open_ones = np.array([digit for digit in digits if (cut(digit) > 100).mean() < 0.4])
    assert len(open_ones) >= 12
    assert mean_difference(open_ones, lambda image: 255 - cut(image) if inverted else cut(image)) < 6
