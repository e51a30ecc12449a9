"""Boxes that were printed around the glyph, even where the glyph touches them."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels

Mask = npt.NDArray[np.bool_]

_SMALLEST = 0.2  # of the picture's longer side
_FULL = 0.6  # of its place, that a box and a glyph in it do not cover
_BAND = 0.1  # of a box's height or width, within which each side of it lies: it may lean a little
_STRAIGHT = 0.9  # of a side that is there
_SIDES = 3  # of four: light or the edge of the picture may hide one
_THINNER = 0.65  # than the strokes of the glyph: how thick the sides are at most
_HALO = 2  # working pixels of soft edge
_JOINING = np.ones((5, 5), np.uint8)


def boxes(mask: Pixels) -> Pixels | None:
    """Return where boxes of straight lines around other ink are in a mask [H, W], with their soft edges; None for none.

    The mask is of working size, 255 where there is ink.
    """
    joined = cv2.dilate(mask, _JOINING)
    _, labels, places, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = np.zeros(mask.shape, np.bool_)
    for number, (left, top, width, height, _) in enumerate(places.tolist()):
        if number and min(width, height) >= _SMALLEST * max(mask.shape):
            place = slice(top, top + height), slice(left, left + width)
            found[place] |= _box((mask[place] > 0) & (labels[place] == number))
    if not found.any():
        return None
    return np.asarray(cv2.dilate(found.astype(np.uint8) * 255, np.ones((2 * _HALO + 1,) * 2, np.uint8)), np.uint8)


def has_straight_sides(mask: Pixels) -> bool:
    """Return whether a mask of ink, cropped to one component, has as many straight sides as a box: a quick look."""
    least = _STRAIGHT - 0.1
    level = sum(bool(_along_top(each) >= least) for each in (mask, mask[::-1]))
    # Of three sides at least one is level.
    return level > 0 and level + sum(bool(_along_top(each) >= least) for each in (mask.T, mask.T[::-1])) >= _SIDES


def _box(component: Mask) -> Mask:
    """Return which pixels of a mask, cropped to a component, are the sides of a box; none where it is no box."""
    none = np.zeros_like(component)
    rows, columns = np.flatnonzero(component.any(axis=1)), np.flatnonzero(component.any(axis=0))
    if rows.size == 0:
        return none
    bounds = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    tight = component[bounds]
    # Each side in turn is brought to the top.
    turned = [turns for turns in range(4) if _along_top(np.rot90(tight, turns)) >= _STRAIGHT]
    if len(turned) < _SIDES or tight.mean() > _FULL:
        return none
    box = np.logical_or.reduce([np.rot90(_top_side(np.rot90(tight, turns)), -turns) for turns in turned])
    glyph = tight & ~box
    if not glyph.any() or _thickness(box & tight) > _THINNER * _thickness(glyph):
        return none
    none[bounds] = box
    return none


def _band(component: npt.NDArray[Any]) -> int:
    return max(3, round(_BAND * len(component)))


def _along_top(component: npt.NDArray[Any]) -> float:
    """Return along which part of its top a mask has something."""
    return float(np.count_nonzero(component[: _band(component)].max(axis=0)) / component.shape[1])


def _top_side(component: Mask) -> Mask:
    """Return the pixels of the side along the top of a mask."""
    first = component.argmax(axis=0)
    there = component.any(axis=0) & (first < _band(component))
    rows = np.arange(component.shape[0])[:, np.newaxis]
    ends = np.where(rows >= first, component, True).argmin(axis=0)
    # A stroke that touches the side is no part of it: so all of the side is as thick as most of it.
    thickness = float(np.median((ends - first)[there]))
    side: Mask = there & (rows >= first) & (rows < first + thickness)
    return side


def _thickness(mask: Mask) -> float:
    """Return how thick the strokes of a mask are, in pixels."""
    padded = np.pad(mask, 1).astype(np.uint8)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return 4 * float(depth[padded > 0].mean())
