"""Finding the sign on the page: from a picture of any size to a map of the ink alone, cropped to it."""

import cv2
import numpy as np

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.contrast import ink_contrast, paper_colour, paper_noise
from lenet_imaging.errors import ImageError
from lenet_imaging.scale import scale

# The longest side, in pixels, at which ink is looked for: some ten times finer than the 20 pixels of MNIST's digits.
# From there on all pictures are alike: a hairline on a page is a faint but solid stroke, noise has been averaged.
WORKING_SIZE = 192

# The part of the full ink level at which a stroke has its edge.
INK_EDGE = 0.4

_LEAST_CONTRAST = 6.0  # grey levels of 255; blank paper in a JPEG strays by two or three
_NOISE_MARGIN = 5.0  # standard deviations; one pixel in three million of blank paper strays further
_SPECK = 0.05  # of the ink of the largest piece; the bar of a 5 or a loose stroke of a 4 has more
_GAP = 2  # working pixels on either side over which pieces still belong together
_MARGIN = 4  # working pixels of paper kept around the ink when looking closer


def find_ink(image: Pixels) -> Ink:
    """Return the ink in a picture [H, W] or [H, W, 3], cropped to it, as [h, w] from 0 (paper) to 1 (full ink).

    The longer side of the result is between half and all of WORKING_SIZE, whatever the size of the picture or of the
    sign in it; a sign of very few pixels may stay smaller. Raises ImageError where nothing stands out from the paper.
    """
    region, paper = image, None
    while True:
        working = _at_working_size(region)
        paper = paper_colour(working) if paper is None else paper
        contrast = ink_contrast(working, paper)
        level = _ink_level(contrast)
        ink = _without_specks(contrast / level)
        rows, columns = ink_bounds(ink)
        height, width = ink.shape
        closer = region[_enlarged(rows, height, region.shape[0]), _enlarged(columns, width, region.shape[1])]
        if closer.shape == region.shape or max(ink[rows, columns].shape) > WORKING_SIZE / 2:
            return ink[rows, columns]
        # A small sign on a large page: more of it is to be seen from close by.
        region = closer


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


def _ink_level(contrast: Ink) -> float:
    """Return the contrast of full ink: a mean over all that stands out, weighted with its own square.

    So the dark middle of the strokes decides, not their soft edges, and neither does one odd pixel.
    """
    outstanding = contrast[contrast > max(_NOISE_MARGIN * paper_noise(contrast), _LEAST_CONTRAST)]
    if outstanding.size == 0:
        raise ImageError("there is no ink in the picture: it has one flat tone, or nothing that stands out from it")
    return float(np.sum(outstanding**3) / np.sum(outstanding**2))


def _without_specks(ink: Ink) -> Ink:
    """Return the ink, limited to 0 to 1, everything zero but the large pieces and their soft edges."""
    ink = np.clip(ink, 0, 1)
    pieces = cv2.dilate((ink > INK_EDGE).astype(np.uint8), np.ones((2 * _GAP + 1, 2 * _GAP + 1), np.uint8))
    count, labels = cv2.connectedComponents(pieces, connectivity=8)
    amounts = np.bincount(labels.ravel().astype(np.intp), ink.ravel(), count)
    amounts[0] = 0  # the paper between the pieces
    kept = amounts >= _SPECK * amounts.max()
    return np.where(kept[labels], ink, 0).astype(np.float32)
