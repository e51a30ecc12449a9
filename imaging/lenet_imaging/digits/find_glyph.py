"""Finding the glyph on the page: where it is in a picture of any size, and what beside it is no part of it."""

import math
from typing import NamedTuple

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.boxes import has_straight_sides
from lenet_imaging.digits.components import INK_EDGE, glyph_only
from lenet_imaging.digits.paper import QUICK_SIZE, WORKING_SIZE, Paper, find_paper, glance_at_paper
from lenet_imaging.digits.printed import masked, may_have_lines, without_boxes, without_lines
from lenet_imaging.digits.pyramid import Box, Pyramid, part_of
from lenet_imaging.digits.segments import segments
from lenet_imaging.digits.tone import Axis, calmed, colour_axis, ink_channel

# Standard deviations of the paper's noise; one pixel in 300,000 of blank paper strays further.
NOISE_MARGIN = 4.5
# The same where ink has been found already, looking from further away.
KNOWN_MARGIN = 2.0
# Working pixels, a tenth of the width of usual strokes: over these noise is averaged.
CALMING = 2.0

_SURROUNDINGS = np.ones((5, 5), np.uint8)  # of ink, in which more of it may be found when looking closer
_MARGIN = 4  # working pixels of paper kept around the ink when looking closer


class Found(NamedTuple):
    """A glyph: the box of the picture that was looked at last, and in it, at some resolution, which pixels count.

    `mask` [h, w] is 255 for the glyph and its soft edges; `bounds` are the rows and columns of it that the ink covers.
    `axis` is the colour axis from paper to ink, `glyph_count` how many glyphs there are side by side.
    """

    region: Box
    mask: Pixels
    bounds: Box
    paper: Paper
    axis: Axis | None
    glyph_count: int = 1

    def on_picture(self, margin: float = 0.0) -> Box:
        """Return the glyph's bounds in pixels of the picture, with a margin in pixels of it."""
        top, left, bottom, right = self.region
        down, across = (bottom - top) / self.mask.shape[0], (right - left) / self.mask.shape[1]
        return Box(
            max(math.floor(top + self.bounds.top * down - margin), top),
            max(math.floor(left + self.bounds.left * across - margin), left),
            min(math.ceil(top + self.bounds.bottom * down + margin), bottom),
            min(math.ceil(left + self.bounds.right * across + margin), right),
        )

    def mask_on(self, box: Box) -> Pixels:
        """Return the mask of a box of the picture that lies in the region."""
        return part_of(self.mask, self.region, box)


def find_glyph(pyramid: Pyramid, *, thorough: bool = False) -> Found:
    """Return where the glyph is in a picture.

    A quick look at low resolution finds that most pictures show nothing but a glyph on paper; whatever else there might
    be (ruled lines, a box, a desk around the page, parts that may be specks) has all steps done at WORKING_SIZE, as
    `thorough` has them always. Raises ImageError where nothing stands out from the paper.
    """
    paper = None if thorough else glance_at_paper(pyramid)
    found = None if paper is None else _look(pyramid, paper, thorough=False)
    if found is None:
        found = _look(pyramid, find_paper(pyramid), thorough=True)
    if found is None:
        raise AssertionError("a thorough look always tells")
    return found


def _look(pyramid: Pyramid, paper: Paper, *, thorough: bool) -> Found | None:
    """Return where the glyph is; None where a quick look cannot tell."""
    region, looked_at = paper.box, None
    while True:
        small = paper.evened(pyramid.view(region, QUICK_SIZE), region)
        axis = colour_axis(small)
        working = paper.evened(pyramid.scaled(region, WORKING_SIZE), region) if thorough else small
        size = max(working.shape[:2])
        channel, tone = calmed(ink_channel(working, axis), CALMING * size / WORKING_SIZE)
        margin = NOISE_MARGIN if looked_at is None else KNOWN_MARGIN
        ink = tone.ink(channel, tone.ink_level(tone.noise * margin))
        if looked_at is not None:
            ink = masked(ink, looked_at)
        if thorough:
            ink = without_boxes(without_lines(ink))
        elif may_have_lines(ink):
            return None
        glyph = glyph_only(ink, size)
        mask = np.asarray(cv2.threshold(cv2.copyTo(ink, glyph.mask), INK_EDGE, 255, cv2.THRESH_BINARY)[1], np.uint8)
        left, top, width, height = cv2.boundingRect(mask)
        if not thorough and not (glyph.sure and not has_straight_sides(mask[top : top + height, left : left + width])):
            return None
        count = 1 if glyph.whole else len(segments(mask)[0])
        found = Found(region, glyph.mask, Box(top, left, top + height, left + width), paper, axis, count)
        closer = found.on_picture(_MARGIN * region.longest / WORKING_SIZE + 1)
        longest = max(width, height)
        if closer == region or 2 * longest > size or not (thorough or _hides_detail(pyramid, region, longest)):
            return found
        # A small glyph on a large page: more of it is to be seen from close by, but nothing that was none.
        seen = np.asarray(cv2.dilate(cv2.copyTo(ink, glyph.mask), _SURROUNDINGS), np.uint8)
        looked_at = part_of(seen, region, closer)
        region = closer


def _hides_detail(pyramid: Pyramid, region: Box, longest: int) -> bool:
    """Return whether a quick look from closer by would show more of a glyph of `longest` pixels in this one."""
    return longest < QUICK_SIZE // 2 and pyramid.level_of(region.longest, QUICK_SIZE) > 0
