"""Finding the glyph on the page: from a picture of any size to a map of the ink alone, cropped to it."""

import math

import cv2
import numpy as np

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.boxes import without_boxes
from lenet_imaging.digits.components import glyph_only
from lenet_imaging.digits.contrast import ink_contrast, paper_colour, paper_noise
from lenet_imaging.digits.illumination import under_even_illumination, uneven_illumination
from lenet_imaging.digits.page import paper_bounds
from lenet_imaging.digits.ruled_lines import without_ruled_lines
from lenet_imaging.errors import ImageError
from lenet_imaging.scale import scale

# The longest side, in pixels, at which ink is looked for: some ten times finer than the 20 pixels of MNIST's digits.
# From there on all pictures are alike: a hairline on a page is a faint but solid stroke, noise has been averaged.
WORKING_SIZE = 192

# The part of the full ink level at which a stroke has its edge.
INK_EDGE = 0.4

_LEAST_CONTRAST = 6.0  # grey levels of 255; blank paper in a JPEG strays by two or three
_NOISE_MARGIN = 4.5  # standard deviations; one pixel in 300,000 of blank paper strays further
_KNOWN_MARGIN = 2.0  # the same where ink has been found already, looking from further away
_CALM = 0.06  # of the strongest contrast: noise that is less does no harm
_CALMING = 2.0  # working pixels, a tenth of the width of usual strokes: over these noise is averaged
_FAINT = 0.6  # of INK_EDGE: what the faintest lines have that could pass for ink
_SURROUNDINGS = np.ones((5, 5), np.uint8)  # of ink, in which more of it may be found when looking closer
_MARGIN = 4  # working pixels of paper kept around the ink when looking closer


def find_ink(image: Pixels) -> Ink:
    """Return the ink in a picture [H, W] or [H, W, 3], cropped to it, as [h, w] from 0 (paper) to 1 (full ink).

    The longer side of the result is between half and all of WORKING_SIZE, whatever the size of the picture or of the
    sign in it; a glyph of very few pixels may stay smaller. Raises ImageError where nothing stands out from the paper.
    """
    region, looked_at = _paper(image), None
    working = _at_working_size(region)
    light = uneven_illumination(working)
    while True:
        if light is not None:
            working = under_even_illumination(working, light)
        contrast, noise = _calmed(ink_contrast(working, paper_colour(working)))
        level = _ink_level(contrast, noise * (_NOISE_MARGIN if looked_at is None else _KNOWN_MARGIN))
        ink = np.clip(contrast / level, 0, 1)
        if looked_at is not None:
            ink = _masked(ink, looked_at)
        ink = without_boxes(without_ruled_lines(ink, _FAINT * INK_EDGE), INK_EDGE)
        ink = glyph_only(ink, INK_EDGE)
        rows, columns = ink_bounds(ink)
        closer = _enlarged(rows, ink.shape[0], region.shape[0]), _enlarged(columns, ink.shape[1], region.shape[1])
        if region[closer].shape == region.shape or max(ink[rows, columns].shape) > WORKING_SIZE / 2:
            return ink[rows, columns]
        # A small glyph on a large page: more of it is to be seen from close by, but nothing that was none.
        part = _scaled(closer[0], region.shape[0], ink.shape[0]), _scaled(closer[1], region.shape[1], ink.shape[1])
        region = region[closer]
        working = _at_working_size(region)
        looked_at = _resized(np.asarray(cv2.dilate(ink, _SURROUNDINGS), np.float32)[part], working)
        light = None if light is None else _resized(light[part], working)


def _paper(image: Pixels) -> Pixels:
    """Return the part of the picture that shows paper."""
    working = _at_working_size(image)
    rows, columns = paper_bounds(working)
    if (rows.stop - rows.start, columns.stop - columns.start) == working.shape[:2]:
        return image
    down, across = image.shape[0] / working.shape[0], image.shape[1] / working.shape[1]
    return image[
        math.ceil(rows.start * down) : math.floor(rows.stop * down),
        math.ceil(columns.start * across) : math.floor(columns.stop * across),
    ]


def ink_bounds(ink: Ink) -> tuple[slice, slice]:
    """Return the rows and the columns that the ink covers in a map [H, W] from 0 to 1 that has some."""
    rows, columns = np.flatnonzero((ink > INK_EDGE).any(axis=1)), np.flatnonzero((ink > INK_EDGE).any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _at_working_size(image: Pixels) -> Pixels:
    height, width = image.shape[:2]
    factor = WORKING_SIZE / max(height, width)
    return scale(image, max(1, round(height * factor)), max(1, round(width * factor)))


def _enlarged(bounds: slice, working_length: int, length: int) -> slice:
    """Return bounds found at working size, in pixels of the region and with a margin of paper."""
    factor = length / working_length
    margin = _MARGIN * factor + 1
    return slice(max(int(bounds.start * factor - margin), 0), min(int(bounds.stop * factor + margin) + 1, length))


def _scaled(bounds: slice, length: int, working_length: int) -> slice:
    """Return bounds in pixels of the region as bounds at working size."""
    factor = working_length / length
    return slice(math.floor(bounds.start * factor), max(math.ceil(bounds.stop * factor), 1))


def _resized(coarse: Ink, working: Pixels) -> Ink:
    """Return a map of the same place at the size of a picture of it."""
    size = working.shape[1], working.shape[0]
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _masked(ink: Ink, looked_at: Ink) -> Ink:
    """Return the ink where another map has some too."""
    masked = np.where(looked_at > 0, ink, 0).astype(np.float32)
    return masked if (masked > INK_EDGE).any() else ink


def _calmed(contrast: Ink) -> tuple[Ink, float]:
    """Return the contrast without the noise of its paper, where that is much beside the ink, and the noise in it."""
    noise = paper_noise(contrast)
    if noise < _CALM * float(contrast.max()):
        return contrast, noise
    calmed = np.asarray(cv2.GaussianBlur(contrast, (0, 0), _CALMING), np.float32)
    return calmed, paper_noise(calmed)


def _ink_level(contrast: Ink, margin: float) -> float:
    """Return the contrast of full ink: a mean over all that stands out, weighted with its own square.

    So the dark middle of the strokes decides, not their soft edges, and neither does one odd pixel. What is no more
    than `margin`, in grey levels, does not stand out.
    """
    outstanding = contrast[contrast > max(margin, _LEAST_CONTRAST)]
    if outstanding.size == 0:
        raise ImageError("there is no ink in the picture: it has one flat tone, or nothing that stands out from it")
    squares = outstanding * outstanding
    return float(np.sum(squares * outstanding) / np.sum(squares))
