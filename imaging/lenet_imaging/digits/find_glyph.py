"""Finding the glyph on the page: where it is in a picture of any size, and what beside it is no part of it."""

import math
from typing import NamedTuple, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.border import border
from lenet_imaging.digits.boxes import boxes, has_straight_sides
from lenet_imaging.digits.components import INK_EDGE, glyph_only
from lenet_imaging.digits.illumination import (
    light_of,
    paper_under_ink,
    smooth_grey,
    under_even_illumination,
    uneven_illumination,
)
from lenet_imaging.digits.page import has_bands, is_narrow, paper_bounds
from lenet_imaging.digits.pyramid import Box, Pyramid
from lenet_imaging.digits.ruled_lines import reaches_across, ruled_lines
from lenet_imaging.digits.tone import Axis, Tone, colour_axis, ink_channel, measure
from lenet_imaging.scale import scale

Sample = TypeVar("Sample", bound=np.generic)

# The longest side, in pixels, at which all steps are done: some ten times finer than the 20 pixels of MNIST's digits.
# From there on all pictures are alike: a hairline on a page is a faint but solid stroke, noise has been averaged.
WORKING_SIZE = 192

# The least longest side, in pixels, of the first, quick look; less than twice as much is looked at.
QUICK_SIZE = 64

_NOISE_MARGIN = 4.5  # standard deviations; one pixel in 300,000 of blank paper strays further
_KNOWN_MARGIN = 2.0  # the same where ink has been found already, looking from further away
_CALM = 0.06  # of the strongest contrast: noise that is less does no harm
_CALMING = 2.0  # working pixels, a tenth of the width of usual strokes: over these noise is averaged
_FAINT = 0.6  # of INK_EDGE: what the faintest lines have that could pass for ink
_SURROUNDINGS = np.ones((5, 5), np.uint8)  # of ink, in which more of it may be found when looking closer
_MARGIN = 4  # working pixels of paper kept around the ink when looking closer


class Found(NamedTuple):
    """A glyph: the box of the picture that was looked at last, and in it, at some resolution, which pixels count.

    `mask` [h, w] is 255 for the glyph and its soft edges; `bounds` are the rows and columns of it that the ink covers.
    `axis` is the colour axis from paper to ink.
    """

    region: Box
    mask: Pixels
    bounds: Box
    light: "Light | None"
    axis: Axis | None

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
        return _part(self.mask, self.region, box)


class Light(NamedTuple):
    """How much light falls on a box of the picture, [h, w] at some resolution, 1 for the brightest pixel."""

    box: Box
    level: Ink

    def on(self, box: Box) -> Ink:
        """Return the light on a box that lies in this one's."""
        return _part(self.level, self.box, box)


def find_glyph(pyramid: Pyramid, *, thorough: bool = False) -> Found:
    """Return where the glyph is in a picture.

    A quick look at low resolution finds that most pictures show nothing but a glyph on paper; whatever else there might
    be (ruled lines, a box, a desk around the page, parts that may be specks) has all steps done at WORKING_SIZE, as
    `thorough` has them always. Raises ImageError where nothing stands out from the paper.
    """
    found = None if thorough else _look(pyramid, thorough=False)
    found = found or _look(pyramid, thorough=True)
    if found is None:
        raise AssertionError("a thorough look always tells")
    return found


def _look(pyramid: Pyramid, *, thorough: bool) -> Found | None:
    """Return where the glyph is; None where a quick look cannot tell."""
    region, looked_at = pyramid.box, None
    small = _view(pyramid, region, thorough=False)
    if thorough:
        region = _page(pyramid)
        small = _view(pyramid, region, thorough=False)
    grey = smooth_grey(small)
    edge = np.sort(border(grey))
    if not thorough and (max(small.shape) >= 2 * QUICK_SIZE or has_bands(grey, edge)):
        return None
    uneven, light = uneven_illumination(grey, edge), None
    if uneven is not None:
        if uneven.plane is not None:
            light = Light(region, light_of(uneven.plane))
        elif thorough:
            paper = paper_under_ink(_view(pyramid, region, thorough=True), ink_is_dark=uneven.ink_is_dark)
            light = Light(region, light_of(paper))
        else:
            return None
    while True:
        small = _evened(_view(pyramid, region, thorough=False), region, light)
        axis = colour_axis(small)
        working = _evened(_view(pyramid, region, thorough=True), region, light) if thorough else small
        size = max(working.shape[:2])
        channel, tone = calmed(ink_channel(working, axis), _CALMING * size / WORKING_SIZE)
        ink = tone.ink(
            channel, tone.ink_level(tone.noise * (_KNOWN_MARGIN if looked_at is not None else _NOISE_MARGIN))
        )
        if looked_at is not None:
            ink = _masked(ink, looked_at)
        if thorough:
            ink = _without_print(ink)
        elif _may_have_lines(ink):
            return None
        glyph = glyph_only(ink, size)
        mask = cv2.bitwise_and(cv2.threshold(ink, INK_EDGE, 255, cv2.THRESH_BINARY)[1], glyph.mask)
        left, top, width, height = cv2.boundingRect(mask)
        if not thorough and (
            not glyph.sure or has_straight_sides(np.asarray(mask[top : top + height, left : left + width], np.uint8))
        ):
            return None
        found = Found(region, glyph.mask, Box(top, left, top + height, left + width), light, axis)
        closer = found.on_picture(_MARGIN * region.longest / WORKING_SIZE + 1)
        if (
            closer == region
            or 2 * max(width, height) > size
            or not (thorough or _hides_detail(pyramid, region, max(width, height)))
        ):
            return found
        # A small glyph on a large page: more of it is to be seen from close by, but nothing that was none.
        seen = np.asarray(cv2.dilate(cv2.bitwise_and(ink, glyph.mask), _SURROUNDINGS), np.uint8)
        looked_at = _part(seen, region, closer)
        region = closer


def _hides_detail(pyramid: Pyramid, region: Box, longest: int) -> bool:
    """Return whether a quick look from closer by would show more of a glyph of `longest` pixels in this one."""
    return longest < QUICK_SIZE // 2 and pyramid.level_of(region.longest, QUICK_SIZE) > 0


def _evened(image: Pixels, region: Box, light: Light | None) -> Pixels:
    return image if light is None else under_even_illumination(image, light.on(region))


def calmed(channel: Pixels, deviation: float) -> tuple[Pixels, Tone]:
    """Return a channel without the noise of its paper, where that is much beside the ink, and its tone.

    `deviation` is how far noise is averaged, in pixels.
    """
    tone = measure(channel)
    if tone.noise < _CALM * tone.strongest:
        return channel, tone
    calm = np.asarray(cv2.GaussianBlur(channel, (0, 0), deviation), np.uint8)
    return calm, measure(calm)


def _view(pyramid: Pyramid, region: Box, *, thorough: bool) -> Pixels:
    """Return a region at WORKING_SIZE, or at QUICK_SIZE to twice as much, or as it is where it has less."""
    if not thorough:
        return pyramid.part(region, pyramid.level_of(region.longest, QUICK_SIZE))
    image = pyramid.part(region, pyramid.level_of(region.longest, WORKING_SIZE))
    factor = WORKING_SIZE / max(image.shape[:2])
    return scale(image, max(1, round(image.shape[0] * factor)), max(1, round(image.shape[1] * factor)))


def _page(pyramid: Pyramid) -> Box:
    """Return the part of the picture that shows paper."""
    working = _view(pyramid, pyramid.box, thorough=True)
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


def _may_have_lines(ink: Pixels) -> bool:
    mask = cv2.threshold(ink, round(_FAINT * INK_EDGE), 255, cv2.THRESH_BINARY)[1]
    return not is_narrow(ink) and reaches_across(np.asarray(mask, np.uint8))


def _without_print(ink: Pixels) -> Pixels:
    """Return ink without ruled lines and boxes."""
    for find, edge in ((ruled_lines, round(_FAINT * INK_EDGE)), (boxes, INK_EDGE)):
        printed = find(np.asarray(cv2.threshold(ink, edge, 255, cv2.THRESH_BINARY)[1], np.uint8))
        if printed is not None:
            ink = _masked(ink, np.asarray(cv2.bitwise_not(printed), np.uint8))
    return ink


def _masked(ink: Pixels, mask: Pixels) -> Pixels:
    """Return the ink where a mask, at any resolution, has something too; all of it where none were left."""
    if mask.shape != ink.shape:
        mask = np.asarray(cv2.resize(mask, ink.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    left = np.asarray(cv2.copyTo(ink, mask), np.uint8)
    return left if cv2.minMaxLoc(left)[1] > INK_EDGE else ink


def _part(coarse: npt.NDArray[Sample], box: Box, part: Box) -> npt.NDArray[Sample]:
    """Return what a map of a box has for a part of that box."""
    down, across = coarse.shape[0] / (box.bottom - box.top), coarse.shape[1] / (box.right - box.left)
    top, left = math.floor((part.top - box.top) * down), math.floor((part.left - box.left) * across)
    bottom, right = math.ceil((part.bottom - box.top) * down), math.ceil((part.right - box.left) * across)
    return coarse[top : max(bottom, top + 1), left : max(right, left + 1)]
