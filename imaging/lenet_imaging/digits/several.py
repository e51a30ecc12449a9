"""Every glyph of a picture by itself, each fitted to the model's input."""

from typing import NamedTuple

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.components import INK_EDGE
from lenet_imaging.digits.find_glyph import Found
from lenet_imaging.digits.fit_ink import fit_found, fit_ink, is_fitted
from lenet_imaging.digits.page_ink import ink_of_page
from lenet_imaging.digits.pyramid import Box, Pyramid
from lenet_imaging.digits.segments import Segment, segments

_SOFT_EDGE = np.ones((5, 5), np.uint8)  # around a stroke, in working pixels


class Glyph(NamedTuple):
    """One glyph: its box in pixels of the upright picture, and the model's input, uint8 [1, height, width]."""

    box: Box
    image: Pixels


def fit_each(image: Pixels, height: int, width: int) -> list[Glyph]:
    """Return each glyph of a picture [H, W] or [H, W, 3], from left to right and top to bottom.

    Rows may be tilted. Glyphs that touch each other count as one. Raises ImageError where there is no ink.
    """
    if is_fitted(image, height, width):
        return [Glyph(Box(0, 0, height, width), fit_ink(image, height, width))]
    pyramid = Pyramid(image)
    page = ink_of_page(pyramid)
    mask = np.asarray(cv2.threshold(page.ink, INK_EDGE, 255, cv2.THRESH_BINARY)[1], np.uint8)
    found, labels = segments(mask)
    glyphs = []
    for each in found:
        place = Found(page.paper.box, _mask(each, labels), each.bounds, page.paper, page.axis)
        glyphs.append(Glyph(place.on_picture(), fit_found(pyramid, place, height, width)))
    return glyphs


def _mask(glyph: Segment, labels: np.typing.NDArray[np.int32]) -> Pixels:
    """Return a mask [H, W] of a glyph's components and their soft edges."""
    own = np.zeros(int(labels.max()) + 1, np.uint8)
    own[list(glyph.numbers)] = 255
    return np.asarray(cv2.dilate(own[labels], _SOFT_EDGE), np.uint8)
