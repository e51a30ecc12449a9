"""Taking printed lines away: those of ruled and squared paper, which run straight from one edge to the other."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Ink

Mask = npt.NDArray[np.bool_]

# In working pixels, of which a digit that fills the picture has some 190: a ballpoint's strokes are 10 to 30 wide.
_THICKEST = 8
_SLOPES = np.tan(np.radians(np.linspace(-12, 12, 49)))
_COVERED = 0.7  # of the way from edge to edge, by the line or by strokes that cross it
_FREE = 0.25  # of the way, by the line alone
_EDGE = 4  # working pixels from the edge of the picture within which a line has to begin and end


def without_ruled_lines(ink: Ink, edge: float) -> Ink:
    """Return ink [H, W] from 0 to 1 without the lines that cross it from edge to edge, across or down.

    `edge` is the least ink of a line. What is thicker than the lines, such as strokes that cross them, stays.
    """
    mask = ink > edge
    ruled = _ruled_lines_across(mask) | _ruled_lines_across(np.ascontiguousarray(mask.T)).T
    if not ruled.any():
        return ink
    around = cv2.dilate(ruled.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    strokes = cv2.dilate((mask & ~ruled).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    left = np.where(around & ~strokes, 0, ink).astype(np.float32)
    return left if (left > edge).any() else ink


class _Lines(NamedTuple):
    """Parallel lines: the slope that they share, and where they cross the middle column."""

    slope: float
    rows: npt.NDArray[np.intp]


def _ruled_lines_across(mask: Mask) -> Mask:
    """Return where lines from left to right are in a mask [H, W] of what has ink."""
    thin = mask & ~_taller_than(mask, _THICKEST)
    found = np.zeros_like(mask)
    lines = _find_lines(mask, thin)
    if lines is None:
        return found
    rows, columns = np.nonzero(thin)
    at_middle = _row_at_middle(rows, columns, lines.slope, mask.shape[1])
    near = np.abs(at_middle[:, np.newaxis] - lines.rows).min(axis=1) <= _THICKEST / 2
    found[rows[near], columns[near]] = True
    # What is thicker than most of a line is a stroke, or one that crosses the line.
    heights = found.sum(axis=0)
    usual = float(np.median(heights[heights > 0])) / len(lines.rows)
    return found & ~_taller_than(mask, round(1.5 * usual) + 2)


def _find_lines(mask: Mask, thin: Mask) -> _Lines | None:
    """Return the lines from edge to edge in a mask [H, W] of what has ink, `thin` being what is no stroke in it."""
    height, width = mask.shape
    if not (thin[:, :_EDGE].any() and thin[:, -_EDGE:].any()):
        return None
    rows, columns = np.nonzero(mask)
    is_thin = thin[rows, columns]
    margin = int(_SLOPES.max() * width / 2) + 1  # rows by which a line at the top or bottom may miss the middle column
    best, most = None, 0.0
    for slope in _SLOPES.tolist():
        line = _row_at_middle(rows, columns, slope, width) + margin
        seen, seen_thin = (np.zeros((height + 2 * margin + 1, width), np.bool_) for _ in range(2))
        seen[line, columns] = True
        seen_thin[line[is_thin], columns[is_thin]] = True
        for each in (seen, seen_thin):
            each[1:] |= each[:-1]  # a line that falls between two rows is one line
        covered, free = seen.mean(axis=1), seen_thin.mean(axis=1)
        ends = seen_thin[:, :_EDGE].any(axis=1) & seen_thin[:, -_EDGE:].any(axis=1)
        is_line = ends & (covered >= _COVERED) & (free >= _FREE)
        if (total := float((free[is_line] ** 2).sum())) > most:
            peaks = np.flatnonzero(is_line)
            # Neighbouring rows are the same line.
            groups = np.split(peaks, np.flatnonzero(np.diff(peaks) > 1) + 1)
            best, most = _Lines(slope, np.array([round(float(group.mean())) for group in groups]) - margin), total
    return best


def _row_at_middle(
    rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], slope: float, width: int
) -> npt.NDArray[np.intp]:
    """Return the row at which a line of this slope through each of the points crosses the middle column."""
    return np.rint(rows - slope * (columns - width / 2)).astype(np.intp)


def _taller_than(mask: Mask, height: int) -> Mask:
    """Return which pixels of a mask stand in columns of more than so many."""
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((height + 1, 1), np.uint8)) > 0
