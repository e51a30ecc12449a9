"""A digit in a cell of a table is read without the cell's lines, which cross at its corners."""

import cv2
import numpy as np
import pytest

from lenet_imaging import fit
from tests.support.imaging.drawing import INK, Array, difference, drawn


def cell(
    image: Array, *, thickness: int = 5, line: int = 40, ink: int = 110, past: int = 60, bits: int = 0, tilt: int = 0
) -> Array:
    """Return a drawing, light on black, in a cell of a table whose lines go on past the corners by `past` pixels.

    `bits` is the height of what a neighbour's ink leaves at the top of the picture.
    """
    part = np.pad(image, 60).astype(np.float32) / 255
    sheet = np.rint(235 + (ink - 235) * part).astype(np.uint8)
    height, width = sheet.shape
    first, last = past, height - past
    for at in (first, last):
        cv2.line(sheet, (0, at), (width - 1, at + tilt), line, thickness)
        cv2.line(sheet, (at, 0), (at - tilt, height - 1), line, thickness)
    if bits:
        sheet[:bits, width // 2 : width // 2 + 3 * bits] = ink
    return sheet


VARIANTS = {
    "as in the table": {},
    "thin": {"thickness": 2},
    "as dark as the ink": {"line": 110},
    "paler than the ink": {"line": 150, "ink": 60},
    "narrow margins": {"past": 14},
    "a neighbour's ink": {"bits": 6},
    "tilted": {"tilt": 6},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_crossing_lines_leave_nothing(digits: Array, name: str) -> None:
    plain = [fit(np.rint(235 - 125 * (np.pad(drawn(digit), 60) / 255)).astype(np.uint8), INK) for digit in digits[:12]]
    celled = [fit(cell(drawn(digit), **VARIANTS[name]), INK) for digit in digits[:12]]
    assert np.mean([difference(*pair) for pair in zip(plain, celled, strict=True)]) < 8
