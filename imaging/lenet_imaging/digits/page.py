"""Where the paper is: a scan or a photograph may show what lies around it, along the sides of the picture."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels
from lenet_imaging.grey import to_grey

Levels = npt.NDArray[np.floating[Any]]  # of each row of a picture

_BAND = 0.16  # of the height or width: so much of it at each side may be no paper
_STEP = 1.5  # times darker or lighter than the paper beside it
_SLIGHT_STEP = 1.35  # the same for a quick look
_OFFSET = 8.0  # grey levels, added before levels are compared: of two that are nearly black neither is much darker
_SHARP = 3  # working pixels within which paper ends; a shadow ends more slowly, and not along a straight line
_NARROW = 0.4  # the shorter side by the longer: a picture like that is a stroke, cut out
_MIDDLE = 0.12  # of the length of a line that is not looked at, on either end: what lies at the other sides is there
_DARKEST, _LIGHTEST = 0.15, 0.85  # parts of a row's pixels that are darker: what nearly all reach, hardly any exceeds


def paper_bounds(image: Pixels) -> tuple[slice, slice]:
    """Return the rows and the columns of a picture [H, W] or [H, W, 3] of working size that show paper.

    These are all of them, but for straight bands along the sides that differ from the paper beside them everywhere.
    """
    height, width = image.shape[:2]
    if is_narrow(image):
        return slice(0, height), slice(0, width)
    grey = np.asarray(cv2.blur(to_grey(image), (3, 3)), np.uint8)
    usual = float(np.median(grey)) + _OFFSET
    top, bottom = _band(grey, usual), _band(grey[::-1], usual)
    left, right = _band(grey.T, usual), _band(grey.T[::-1], usual)
    return slice(top, height - bottom), slice(left, width - right)


def has_bands(grey: Pixels, edge: Pixels) -> bool:
    """Return whether a side of a smoothed picture [H, W] might show something beside the paper: a quick look.

    `edge` has the grey levels of the outermost rows and columns, sorted. Only those are looked at, and lesser
    differences count than for paper_bounds.
    """
    if is_narrow(grey):
        return False
    counts = np.asarray(cv2.calcHist([grey], [0], None, [256], [0, 256])).ravel().cumsum()
    usual = float(counts.searchsorted(counts[-1] / 2)) + _OFFSET
    if (edge[0] + _OFFSET) * _SLIGHT_STEP >= usual and edge[-1] + _OFFSET <= usual * _SLIGHT_STEP:
        return False
    for side in (grey[0], grey[-1], grey[:, 0], grey[:, -1]):
        darkest, lightest = _extremes(side[np.newaxis])
        if lightest[0] * _SLIGHT_STEP < usual or darkest[0] > usual * _SLIGHT_STEP:
            return True
    return False


def is_narrow(image: Pixels) -> bool:
    """Return whether a picture is so narrow that it shows a stroke that was cut out, with no paper around it."""
    height, width = image.shape[:2]
    return bool(min(height, width) < _NARROW * max(height, width))


def _extremes(rows: Pixels) -> tuple[Levels, Levels]:
    """Return of each row what nearly all of its pixels reach, and what hardly any exceeds."""
    length = rows.shape[1]
    middle = np.sort(rows[:, round(_MIDDLE * length) : length - round(_MIDDLE * length)], axis=1)
    last = middle.shape[1] - 1
    return middle[:, round(_DARKEST * last)] + _OFFSET, middle[:, round(_LIGHTEST * last)] + _OFFSET


def _band(grey: Pixels, usual: float) -> int:
    """Return how many of the first rows are no paper; `usual` is the level of most of the picture."""
    height = grey.shape[0]
    count = max(0, min(round(_BAND * height) + 1, height - 3 * _SHARP))
    if count == 0:
        return 0
    darkest, lightest = _extremes(grey[: count + 2 * _SHARP])
    # All rows up to each are darker, or lighter, than the paper that begins there, and than most of the picture: ink
    # may be as long as a side, but it is not most of the picture.
    outside_darkest, outside_lightest = np.minimum.accumulate(darkest)[:count], np.maximum.accumulate(lightest)[:count]
    paper_darkest, paper_lightest = darkest[2 * _SHARP :], lightest[2 * _SHARP :]
    darker = outside_lightest * _STEP < np.minimum(paper_darkest, usual)
    lighter = outside_darkest > np.maximum(paper_lightest, usual) * _STEP
    differs = np.flatnonzero(darker | lighter)
    return int(differs[-1]) + 1 + _SHARP if differs.size else 0
