"""Transparent pixels under `ink`: the same glyph, whatever its ink and by whichever function it is read."""

import cv2
import numpy as np
import pytest

from lenet_imaging import Preprocessing, glyphs, prepare, prepare_counted

INK = Preprocessing("ink", 1, 28, 28)


def on_transparency(ink: int) -> bytes:
    """A stroke of that grey on a transparent ground, as a PNG file."""
    picture = np.zeros((60, 60, 4), np.uint8)
    cv2.line(picture, (20, 10), (38, 50), (ink, ink, ink, 255), 5)
    return cv2.imencode(".png", picture)[1].tobytes()


@pytest.mark.parametrize("ink", [0, 255])
def test_every_function_reads_ink_of_either_polarity(ink: int) -> None:
    data = on_transparency(ink)
    fitted = prepare(data, INK)
    assert np.array_equal(fitted, prepare(on_transparency(255 - ink), INK))
    assert np.array_equal(fitted, prepare_counted(data, INK).image)
    (glyph,), (opposite,) = glyphs(data, INK), glyphs(on_transparency(255 - ink), INK)
    assert np.array_equal(glyph.image, opposite.image)
    assert glyph.box == opposite.box
