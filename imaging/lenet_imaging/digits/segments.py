"""Which components of ink belong together as one glyph, and in which order glyphs are read."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.boxes import has_straight_sides
from lenet_imaging.digits.pyramid import Box

# Parts of the height of the picture's large components.
_TALL = 0.5  # a component that is less is a dot, a bar or a loose stroke
_NEAR = 0.25  # how far a loose stroke may be from its glyph
_TALLEST = 1.35  # a glyph with its loose strokes

_LARGE = 0.2  # of the pixels of the largest component
_SPECK = 0.04  # of the pixels of the largest component: less is no part of any glyph
_ROW = 0.4  # of the lower of two neighbours' heights, over which they overlap if they are in one row
_THIN = 0.4  # of its box, that a frame covers at most


class Segment(NamedTuple):
    """One glyph: the numbers of its components, and its bounds."""

    numbers: tuple[int, ...]
    bounds: Box


def segments(mask: Pixels) -> tuple[list[Segment], npt.NDArray[np.int32]]:
    """Return the glyphs in a mask [H, W] of ink, from left to right and top to bottom, and each pixel's component.

    Frames around others and specks are left out. Glyphs that touch each other are one.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return [], np.asarray(labels, np.int32)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    boxes = [Box(top, left, top + height, left + width) for left, top, width, height, _ in stats.tolist()]
    numbers = [n for n in range(1, count) if not _is_frame(n, boxes, areas, mask)] or list(range(1, count))
    largest = max(areas[n] for n in numbers)
    numbers = [n for n in numbers if areas[n] >= _SPECK * largest]
    heights = [boxes[n].bottom - boxes[n].top for n in numbers if areas[n] >= _LARGE * largest]
    height = float(np.quantile(heights, 0.75))
    whole = [n for n in numbers if boxes[n].bottom - boxes[n].top >= _TALL * height]
    glyphs = {n: Segment((n,), boxes[n]) for n in whole}
    for loose in (n for n in numbers if n not in glyphs):
        joined = {n: _union(glyphs[n].bounds, boxes[loose]) for n in whole}
        near = [
            n
            for n in whole
            if _distance(glyphs[n].bounds, boxes[loose]) <= _NEAR * height
            and joined[n].bottom - joined[n].top <= _TALLEST * height
        ]
        if near:
            nearest = min(near, key=lambda n: _distance(glyphs[n].bounds, boxes[loose]))
            glyphs[nearest] = Segment((*glyphs[nearest].numbers, loose), joined[nearest])
    return _in_reading_order(list(glyphs.values())), np.asarray(labels, np.int32)


def _is_frame(number: int, boxes: list[Box], areas: npt.NDArray[np.float64], mask: Pixels) -> bool:
    """Return whether a component has straight sides around another one that is no speck."""
    top, left, bottom, right = outer = boxes[number]
    if areas[number] > _THIN * (bottom - top) * (right - left):
        return False
    held = any(_holds(outer, boxes[other]) and areas[other] >= _SPECK * areas[number] for other in range(1, len(boxes)))
    return held and has_straight_sides(mask[top:bottom, left:right])


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.top < inner.top and outer.left < inner.left and outer.bottom > inner.bottom and outer.right > inner.right
    )


def _union(one: Box, other: Box) -> Box:
    return Box(
        min(one.top, other.top),
        min(one.left, other.left),
        max(one.bottom, other.bottom),
        max(one.right, other.right),
    )


def _distance(one: Box, other: Box) -> float:
    """Return how far two boxes are apart, 0 where they overlap."""
    down = max(one.top - other.bottom, other.top - one.bottom, 0)
    across = max(one.left - other.right, other.left - one.right, 0)
    return float(np.hypot(down, across))


def _in_reading_order(glyphs: list[Segment]) -> list[Segment]:
    """Return glyphs row by row. A row may be tilted: each glyph overlaps its neighbour to the left in height."""
    rows: list[list[Segment]] = []
    for glyph in sorted(glyphs, key=lambda each: each.bounds.left):
        overlaps = [_overlap(row[-1].bounds, glyph.bounds) for row in rows]
        if overlaps and max(overlaps) >= _ROW:
            rows[int(np.argmax(overlaps))].append(glyph)
        else:
            rows.append([glyph])
    rows.sort(key=lambda row: sum(each.bounds.top + each.bounds.bottom for each in row) / len(row))
    return [glyph for row in rows for glyph in row]


def _overlap(one: Box, other: Box) -> float:
    """Return over how much of the lower one's height two boxes are side by side."""
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return common / min(one.bottom - one.top, other.bottom - other.top)
