"""The paper of a picture: which part shows it, and how the light falls on it."""

import math
from typing import NamedTuple

import numpy as np

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.border import border
from lenet_imaging.digits.illumination import (
    light_of,
    paper_under_ink,
    smooth_grey,
    under_even_illumination,
    uneven_illumination,
)
from lenet_imaging.digits.page import has_bands, paper_bounds
from lenet_imaging.digits.pyramid import Box, Pyramid, part_of

# The longest side, in pixels, at which all steps are done: some ten times finer than the 20 pixels of MNIST's digits.
# From there on all pictures are alike: a hairline on a page is a faint but solid stroke, noise has been averaged.
WORKING_SIZE = 192

# The least longest side, in pixels, of the first, quick look; less than twice as much is looked at.
QUICK_SIZE = 64


class Paper(NamedTuple):
    """The part of a picture that shows paper, and the light on it: [h, w], 1 for the brightest; None for even light."""

    box: Box
    light: Ink | None

    def evened(self, image: Pixels, box: Box) -> Pixels:
        """Return an image of a box of the picture, within the paper, as it would be in even light."""
        return image if self.light is None else under_even_illumination(image, part_of(self.light, self.box, box))


def find_paper(pyramid: Pyramid) -> Paper:
    """Return the paper of a picture."""
    box = _page(pyramid)
    grey = smooth_grey(pyramid.view(box, QUICK_SIZE))
    uneven = uneven_illumination(grey, np.sort(border(grey)))
    if uneven is None:
        return Paper(box, None)
    if uneven.plane is not None:
        return Paper(box, light_of(uneven.plane))
    closer = pyramid.scaled(box, WORKING_SIZE)
    return Paper(box, light_of(paper_under_ink(closer, ink_is_dark=uneven.ink_is_dark)))


def glance_at_paper(pyramid: Pyramid) -> Paper | None:
    """Return the paper as find_paper does; None where a quick look cannot tell, for a desk or shadows."""
    grey = smooth_grey(pyramid.view(pyramid.box, QUICK_SIZE))
    edge = np.sort(border(grey))
    if max(grey.shape) >= 2 * QUICK_SIZE or has_bands(grey, edge):
        return None
    uneven = uneven_illumination(grey, edge)
    if uneven is None:
        return Paper(pyramid.box, None)
    return None if uneven.plane is None else Paper(pyramid.box, light_of(uneven.plane))


def _page(pyramid: Pyramid) -> Box:
    """Return the part of the picture that shows paper."""
    working = pyramid.scaled(pyramid.box, WORKING_SIZE)
    rows, columns = paper_bounds(working)
    height, width = pyramid.box.bottom, pyramid.box.right
    if (rows.stop - rows.start, columns.stop - columns.start) == working.shape[:2]:
        return pyramid.box
    down, across = height / working.shape[0], width / working.shape[1]
    return Box(
        math.ceil(rows.start * down),
        math.ceil(columns.start * across),
        math.floor(rows.stop * down),
        math.floor(columns.stop * across),
    )
