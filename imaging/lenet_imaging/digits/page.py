"""Where the paper is: a scan or a photograph may show what lies around it, along the sides of the picture."""

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels
from lenet_imaging.grey import to_grey

Levels = npt.NDArray[np.float64]  # of each row of a picture

_BAND = 0.16  # of the height or width: so much of it at each side may be no paper
_STEP = 1.5  # times darker or lighter than the paper beside it
_OFFSET = 8.0  # grey levels, added before levels are compared: of two that are nearly black neither is much darker
_SHARP = 3  # working pixels within which paper ends; a shadow ends more slowly, and not along a straight line
_NARROW = 0.4  # the shorter side by the longer: a picture like that is a stroke, cut out
_MIDDLE = 0.12  # of the length of a line that is not looked at, on either end: what lies at the other sides is there


def paper_bounds(image: Pixels) -> tuple[slice, slice]:
    """Return the rows and the columns of a picture [H, W] or [H, W, 3] of working size that show paper.

    These are all of them, but for straight bands along the sides that differ from the paper beside them everywhere.
    """
    if min(image.shape[:2]) < _NARROW * max(image.shape[:2]):
        return slice(0, image.shape[0]), slice(0, image.shape[1])
    grey = np.asarray(cv2.blur(to_grey(image), (3, 3)), np.float32) + _OFFSET
    (top, bottom), (left, right) = _ends(grey), _ends(grey.T)
    return slice(top, bottom), slice(left, right)


def _ends(grey: npt.NDArray[np.float32]) -> tuple[int, int]:
    """Return the first row of the paper, and the one after its last."""
    height, width = grey.shape
    middle = grey[:, round(_MIDDLE * width) : width - round(_MIDDLE * width)]
    # Of the rows: what nearly all pixels of each reach, and what hardly any exceeds.
    darkest, lightest = np.percentile(middle, (15, 85), axis=1)
    usual = float(np.median(grey))
    return _first(darkest, lightest, usual), height - _first(darkest[::-1], lightest[::-1], usual)


def _first(darkest: Levels, lightest: Levels, usual: float) -> int:
    """Return how many rows before the first one are no paper; `usual` is the level of most of the picture."""
    rows = np.arange(max(0, min(round(_BAND * len(darkest)) + 1, len(darkest) - 3 * _SHARP)))
    # All rows up to each are darker, or lighter, than the paper that begins there, and than most of the picture: ink
    # may be as long as a side, but it is not most of the picture.
    outside_darkest, outside_lightest = np.minimum.accumulate(darkest)[rows], np.maximum.accumulate(lightest)[rows]
    paper_darkest, paper_lightest = darkest[rows + 2 * _SHARP], lightest[rows + 2 * _SHARP]
    darker = outside_lightest * _STEP < np.minimum(paper_darkest, usual)
    lighter = outside_darkest > np.maximum(paper_lightest, usual) * _STEP
    differs = np.flatnonzero(darker | lighter)
    return int(differs[-1]) + 1 + _SHARP if differs.size else 0
