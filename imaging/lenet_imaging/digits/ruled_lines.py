"""Printed lines that run straight from one edge to the other: ruled and squared paper, the lines of a table."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels

Mask = npt.NDArray[np.bool_]

# In working pixels, of which a digit that fills the picture has some 190: a ballpoint's strokes are 10 to 30 wide.
_THICKEST = 8
_STEEPEST = float(np.tan(np.radians(12)))
_PARALLEL = float(np.tan(np.radians(1.5)))  # difference of two lines' slopes
_COVERED = 0.7  # of the way from edge to edge, by the line or by strokes that cross it
_FREE = 0.25  # of the way, by the line alone
_EDGE = 4  # working pixels from the edge of the picture within which a line has to begin and end


class _Lines(NamedTuple):
    """What lines there are from left to right: their pixels, and the bands in which they lie."""

    pixels: Mask
    bands: Mask


def reaches_across(mask: Pixels) -> bool:
    """Return whether a mask [H, W] of ink has any at two opposite edges, as ruled lines have."""
    edge = max(1, round(_EDGE * max(mask.shape) / 192))
    return (bool(mask[:, :edge].any()) and bool(mask[:, -edge:].any())) or (
        bool(mask[:edge].any()) and bool(mask[-edge:].any())
    )


def ruled_lines(mask: Pixels) -> Pixels | None:
    """Return where ruled lines are in a mask [H, W] of working size, 255 where there is ink, with their soft edges.

    None is for no lines, or for nothing but lines. What is thicker than the lines, such as strokes that cross them, is
    no part of them; where lines cross each other, all of the crossing is.
    """
    across, down = _lines_across(mask), _lines_across(np.ascontiguousarray(mask.T))
    if across is None and down is None:
        return None
    lines, crossings = np.zeros(mask.shape, np.bool_), np.zeros(mask.shape, np.bool_)
    if across is not None:
        lines |= across.pixels
    if down is not None:
        lines |= down.pixels.T
    if across is not None and down is not None:
        crossings = across.bands & down.bands.T
    strokes = cv2.dilate(((mask > 0) & ~(lines | crossings)).astype(np.uint8), np.ones((3, 3), np.uint8))
    around = cv2.dilate((lines | crossings).astype(np.uint8), np.ones((5, 5), np.uint8))
    removed = np.where(((around > 0) & (strokes == 0)) | crossings, 255, 0).astype(np.uint8)
    return removed if cv2.countNonZero(cv2.bitwise_and(mask, cv2.bitwise_not(removed))) else None


def _lines_across(mask: Pixels) -> _Lines | None:
    """Return the lines from left to right; None where there are none, or the mask is too narrow to tell."""
    if mask.shape[1] <= 2 * _EDGE:
        return None
    thin = cv2.subtract(mask, _taller_than(mask, _THICKEST))
    ends = _ends(mask, np.asarray(thin, np.uint8))
    if not ends:
        return None
    height, width = mask.shape
    columns = np.arange(width)
    bands = np.zeros((height, width), np.bool_)
    half = _THICKEST // 2
    for left, right in ends:
        rows = np.rint(left + (right - left) * columns / (width - 1)).astype(np.intp)
        for offset in range(-half, half + 1):
            inside = (rows + offset >= 0) & (rows + offset < height)
            bands[(rows + offset)[inside], columns[inside]] = True
    found = bands & (thin > 0)
    # What is thicker than most of a line is a stroke, or one that crosses the line.
    heights = found.sum(axis=0)
    usual = float(np.median(heights[heights > 0])) / len(ends)
    tall = _taller_than(found.astype(np.uint8), round(1.5 * usual) + 2)
    return _Lines(found & (tall == 0), bands)


def _ends(mask: Pixels, thin: Pixels) -> list[tuple[float, float]]:
    """Return the rows at the left and at the right edge of each line, `thin` being what is no stroke in the mask."""
    width = mask.shape[1]
    lefts, rights = _groups(thin[:, :_EDGE]), _groups(thin[:, -_EDGE:])
    pairs = [(a, b) for a in lefts for b in rights if abs(b - a) <= _STEEPEST * width]
    if not pairs:
        return []
    ends = np.array(pairs)
    rows = np.rint(ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * np.arange(width) / (width - 1)).astype(np.intp)
    near = np.ones((3, 1), np.uint8)
    columns = np.arange(width)
    covered = (cv2.dilate(mask, near)[rows, columns] > 0).mean(axis=1)
    free = (cv2.dilate(thin, near)[rows, columns] > 0).mean(axis=1)
    is_line = (covered >= _COVERED) & (free >= _FREE)
    if not is_line.any():
        return []
    slopes = (ends[:, 1] - ends[:, 0]) / width
    parallel = np.abs(slopes - slopes[np.where(is_line, free, 0).argmax()]) <= _PARALLEL
    return [(float(a), float(b)) for a, b in ends[is_line & parallel].tolist()]


def _groups(edge: Pixels) -> list[float]:
    """Return the middle of each group of neighbouring rows that have something."""
    rows = np.flatnonzero(edge.any(axis=1))
    if not rows.size:
        return []
    return [float(group.mean()) for group in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)]


def _taller_than(mask: Pixels, height: int) -> Pixels:
    """Return the pixels of a mask that stand in columns of more than `height` pixels."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((height + 1, 1), np.uint8)), np.uint8)
