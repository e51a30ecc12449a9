"""Taking away a box that was printed around the glyph, even where the glyph touches it."""

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Ink

Mask = npt.NDArray[np.bool_]

_SMALLEST = 0.2  # of the picture's longer side
_FULL = 0.6  # of its place, that a box and a glyph in it do not cover
_BAND = 0.1  # of a box's height or width, within which each side of it lies: it may lean a little
_STRAIGHT = 0.9  # of a side that is there
_SIDES = 3  # of four: light or the edge of the picture may hide one
_THINNER = 0.65  # than the strokes of the glyph: how thick the sides are at most
_HALO = 2  # working pixels of soft edge


def without_boxes(ink: Ink, edge: float) -> Ink:
    """Return ink [H, W] from 0 to 1 without boxes of straight lines around other ink; `edge` is the least of a line."""
    mask = ink > edge
    joined = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8))
    _, labels, places, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    box = np.zeros_like(mask)
    for number, (left, top, width, height, _) in enumerate(places.tolist()):
        if number and min(width, height) >= _SMALLEST * max(mask.shape):
            place = slice(top, top + height), slice(left, left + width)
            box[place] |= _box(mask[place] & (labels[place] == number))
    if not box.any():
        return ink
    left_over = np.where(cv2.dilate(box.astype(np.uint8), np.ones((2 * _HALO + 1,) * 2, np.uint8)) > 0, 0, ink)
    return left_over.astype(np.float32)


def _box(piece: Mask) -> Mask:
    """Return which pixels of a mask, cropped to a piece of ink, are the sides of a box; none where it is no box."""
    none = np.zeros_like(piece)
    rows, columns = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
    if rows.size == 0:
        return none
    bounds = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    tight = piece[bounds]
    if tight.mean() > _FULL:
        return none
    # Each side in turn is brought to the top.
    sides = [np.rot90(side, -turns) for turns in range(4) if (side := _top_side(np.rot90(tight, turns))) is not None]
    if len(sides) < _SIDES:
        return none
    box = np.logical_or.reduce(sides)
    glyph = tight & ~box
    if not glyph.any() or _thickness(box & tight) > _THINNER * _thickness(glyph):
        return none
    none[bounds] = box
    return none


def _top_side(piece: Mask) -> Mask | None:
    """Return the pixels of a side along the top of a mask, where there is one."""
    band = max(3, round(_BAND * piece.shape[0]))
    first = piece.argmax(axis=0)
    there = piece.any(axis=0) & (first < band)
    if there.mean() < _STRAIGHT:
        return None
    rows = np.arange(piece.shape[0])[:, np.newaxis]
    ends = np.where(rows >= first, piece, True).argmin(axis=0)
    # A stroke that touches the side is no part of it: so all of the side is as thick as most of it.
    thickness = float(np.median((ends - first)[there]))
    side: Mask = there & (rows >= first) & (rows < first + thickness)
    return side


def _thickness(mask: Mask) -> float:
    """Return how thick the strokes of a mask are, in pixels."""
    padded = np.pad(mask, 1).astype(np.uint8)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return 4 * float(depth[padded > 0].mean())
