"""Which components of ink are the glyph: not specks, not the edge of a scan, not a box drawn around it."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Ink

_SPECK = 0.05  # of the ink of the largest component; the bar of a 5 or a loose stroke of a 4 has more
_PALE = 0.65  # of the strongest ink of the largest component: one pen wrote them all, and pressed alike
_GAP = 2  # working pixels on either side over which components still belong together
_BAND = 0.16  # of the picture's height and width: the edge of a scan lies within so much of its border
_ALONG = 0.8  # of a side, along which it lies
_INSIDE = 0.25  # of a box's height or width: a glyph in it is not much smaller
_LIGHTER = 0.15  # of a box's ink: a glyph in it has no less
_CUT = 0.25  # of the ink of a component that the picture's edge cuts: the glyph, if it lies inside, has more


Chosen = npt.NDArray[np.bool_]  # of components, or of pixels


class Components(NamedTuple):
    """Connected components: each pixel's component (0 for none), and the place and ink of each component."""

    labels: npt.NDArray[np.int32]  # [H, W]
    boxes: npt.NDArray[np.int32]  # [count, …]: left, top, width, height
    amounts: npt.NDArray[np.float64]  # [count]


def glyph_only(ink: Ink, edge: float) -> Ink:
    """Return ink [H, W] from 0 to 1 with everything zero but the glyph and its soft edges.

    `edge` is the ink at which a stroke has its edge; there must be some of so much.
    """
    components = _components(ink > edge, ink)
    for drop in (_edges_of_scan, _boxes_around):
        components = _without(drop(components), components, ink)
    # A 5 and its bar are two components; whatever is near enough belongs together.
    near = np.ones((2 * _GAP + 1, 2 * _GAP + 1), np.uint8)
    components = _components(cv2.dilate((components.labels > 0).astype(np.uint8), near) > 0, ink)
    components = _without(_cut_off(components), components, ink)
    strongest = np.zeros(len(components.amounts), np.float32)
    np.maximum.at(strongest, components.labels.ravel(), ink.ravel())
    main = int(components.amounts.argmax())
    kept = (components.amounts >= _SPECK * components.amounts[main]) & (strongest >= _PALE * strongest[main])
    return np.where(kept[components.labels], ink, 0).astype(np.float32)


def _components(mask: Chosen, ink: Ink) -> Components:
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    amounts = np.bincount(labels.ravel().astype(np.intp), ink.ravel(), count)
    amounts[0] = 0
    return Components(np.asarray(labels, np.int32), np.asarray(boxes, np.int32), np.asarray(amounts, np.float64))


def _without(dropped: Chosen, components: Components, ink: Ink) -> Components:
    """Return the components but those to be dropped, unless hardly anything is left then."""
    dropped[0] = False
    if dropped.any() and components.amounts[~dropped].max() >= _SPECK**2 * components.amounts.max():
        return _components((components.labels > 0) & ~dropped[components.labels], ink)
    return components


def _edges_of_scan(components: Components) -> Chosen:
    """Return which components [count] lie along a side of the picture and nowhere else."""
    labels, _, amounts = components
    height, width = labels.shape
    down, across = round(_BAND * height), round(_BAND * width)
    inner = np.bincount(labels[down : height - down, across : width - across].ravel(), minlength=len(amounts)) > 0
    sides = np.zeros(len(amounts), np.bool_)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        sides |= np.bincount(side, minlength=len(amounts)) >= _ALONG * len(side)
    return sides & ~inner


def _boxes_around(components: Components) -> Chosen:
    """Return which components [count] have another one, not much smaller, in a hole of theirs.

    The edge of the picture closes a box that it cuts.
    """
    labels, boxes, amounts = components
    around = np.zeros(len(amounts), np.bool_)
    large = np.flatnonzero(amounts >= _SPECK**2 * amounts.max())
    for outer in large:
        left, top, width, height = boxes[outer][:4].tolist()
        inside = [
            each for each in large if _lies_in(boxes[each], boxes[outer]) and amounts[each] >= _LIGHTER * amounts[outer]
        ]
        if not inside:
            continue
        if left == 0 or top == 0 or left + width == labels.shape[1] or top + height == labels.shape[0]:
            around[outer] = True
            continue
        part = labels[top : top + height, left : left + width]
        outside = np.pad((part != outer).astype(np.uint8), 1, constant_values=1)
        cv2.floodFill(outside, None, (0, 0), 2)
        hole = outside[1:-1, 1:-1] == 1
        around[outer] = any(hole[part == each].all() for each in inside)
    return around


def _lies_in(inner: npt.NDArray[np.int32], outer: npt.NDArray[np.int32]) -> bool:
    """Return whether a place lies within another and is not much smaller; both are left, top, width, height."""
    first, last = inner[:2], inner[:2] + inner[2:4]
    within = (first > outer[:2]).all() and (last < outer[:2] + outer[2:4]).all()
    return bool(within and (inner[2:4] >= _INSIDE * outer[2:4]).any())


def _cut_off(components: Components) -> Chosen:
    """Return which components [count] the picture's edge cuts, if a component inside is large beside them."""
    labels, _, amounts = components
    cut = np.zeros(len(amounts), np.bool_)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        cut[side] = True
    cut[0] = False
    largest_inside = float(amounts[~cut].max())
    return np.asarray(cut & (largest_inside >= _CUT * amounts), np.bool_)
