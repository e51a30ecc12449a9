"""Which components of ink are the glyph: not specks, not the edge of a scan, not a box drawn around it."""

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.border import border

# The part of the full ink level, of 255, at which a stroke has its edge.
INK_EDGE = 102

_SPECK = 0.05  # of the ink of the largest component; the bar of a 5 or a loose stroke of a 4 has more
_PALE = 0.65  # of the strongest ink of the largest component: one pen wrote them all, and pressed alike
_GAP = 2  # working pixels on either side over which components still belong together
_BAND = 0.16  # of the picture's height and width: the edge of a scan lies within so much of its border
_ALONG = 0.8  # of a side, along which it lies
_INSIDE = 0.25  # of a box's height or width: a glyph in it is not much smaller
_LIGHTER = 0.15  # of a box's ink: a glyph in it has no less
_CUT = 0.25  # of the ink of a component that the picture's edge cuts: the glyph, if it lies inside, has more
_UNSURE = 1.6  # times more or less than a threshold: another resolution might decide otherwise


Chosen = npt.NDArray[np.bool_]  # of components, or of pixels


class Glyph(NamedTuple):
    """Where the glyph is, [H, W], 255 for its ink and soft edges; and whether that is sure at any resolution.

    `whole` says that it is one connected component.
    """

    mask: Pixels
    sure: bool
    whole: bool = False


class Components(NamedTuple):
    """Connected components: each pixel's component (0 for none), and the place and ink of each component."""

    labels: npt.NDArray[np.int32]  # [H, W]
    boxes: npt.NDArray[np.int32]  # [count, …]: left, top, width, height
    amounts: npt.NDArray[np.float64]  # [count]


def glyph_only(ink: Pixels, working_size: int = 192) -> Glyph:
    """Return where the glyph is in ink [H, W] from 0 to 255, of which some must reach INK_EDGE.

    `working_size` is the longer side of the picture that the ink was found in.
    """
    mask = cv2.threshold(ink, INK_EDGE, 255, cv2.THRESH_BINARY)[1]
    gap = max(1, round(_GAP * working_size / 192))
    near = np.ones((2 * gap + 1, 2 * gap + 1), np.uint8)
    if cv2.connectedComponents(mask, connectivity=8)[0] == 2:
        return Glyph(np.asarray(cv2.dilate(mask, near), np.uint8), sure=True, whole=True)
    sure, components = True, _components(mask, ink)
    for drop in (_edges_of_scan, _boxes_around):
        remaining = _without(drop(components), components)
        if remaining is not None:
            sure, components = False, _components(remaining, ink)
            mask = remaining
    # A 5 and its bar are two components; whatever is near enough belongs together.
    mask = cv2.dilate(mask, near)
    components = _components(mask, ink)
    if len(components.amounts) == 2:
        return Glyph(np.asarray(mask, np.uint8), sure)
    remaining = _without(_cut_off(components, ink), components)
    if remaining is not None:
        sure, components = False, _components(remaining, ink)
    main = int(components.amounts.argmax())
    large = components.amounts / (_SPECK * components.amounts[main])
    kept = large >= 1
    strongest = _strongest(components, ink, np.flatnonzero(large >= 1 / _UNSURE))
    pale = strongest / max(_PALE * strongest[main], 1)
    unsure = ((large > 1 / _UNSURE) & (large < _UNSURE)) | (kept & (pale > 0.85) & (pale < 1.15))
    kept &= pale >= 1
    table = np.where(kept, 255, 0).astype(np.uint8)
    return Glyph(table[components.labels], sure and not unsure.any())


def _components(mask: npt.NDArray[Any], ink: Pixels) -> Components:
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count == 2:
        amounts = np.array([0.0, float(cv2.sumElems(cv2.bitwise_and(ink, mask))[0])])
    else:
        amounts = np.bincount(labels.ravel(), ink.ravel(), count)
        amounts[0] = 0
    return Components(np.asarray(labels, np.int32), np.asarray(boxes, np.int32), np.asarray(amounts, np.float64))


def _strongest(components: Components, ink: Pixels, numbers: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return the strongest ink [count] of those components that are named, 0 of the others."""
    strongest = np.zeros(len(components.amounts))
    for number in numbers.tolist():
        left, top, width, height = components.boxes[number][:4].tolist()
        place = slice(top, top + height), slice(left, left + width)
        strongest[number] = float(ink[place][components.labels[place] == number].max(initial=0)) if number else 0
    return strongest


def _without(dropped: Chosen, components: Components) -> Pixels | None:
    """Return a mask without the components to be dropped; None for none, or where hardly anything were left."""
    dropped[0] = False
    if not dropped.any() or components.amounts[~dropped].max() < _SPECK**2 * components.amounts.max():
        return None
    dropped[0] = True
    return np.where(dropped, 0, 255).astype(np.uint8)[components.labels]


def _edges_of_scan(components: Components) -> Chosen:
    """Return which components [count] lie along a side of the picture and nowhere else."""
    labels, _, amounts = components
    height, width = labels.shape
    sides = np.zeros(len(amounts), np.bool_)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        if np.count_nonzero(side) >= _ALONG * len(side):
            sides |= np.bincount(side, minlength=len(amounts)) >= _ALONG * len(side)
    sides[0] = False
    if not sides.any():
        return sides
    down, across = round(_BAND * height), round(_BAND * width)
    inner = np.bincount(labels[down : height - down, across : width - across].ravel(), minlength=len(amounts)) > 0
    return sides & ~inner


def _boxes_around(components: Components) -> Chosen:
    """Return which components [count] have another one, not much smaller, in a hole of theirs.

    The edge of the picture closes a box that it cuts.
    """
    labels, boxes, amounts = components
    around = np.zeros(len(amounts), np.bool_)
    large = np.flatnonzero(amounts >= _SPECK**2 * amounts.max())
    if len(large) < 2:
        return around
    for outer in large:
        left, top, width, height = boxes[outer][:4].tolist()
        first, last = boxes[large, :2], boxes[large, :2] + boxes[large, 2:4]
        inside = large[
            (first > boxes[outer][:2]).all(axis=1)
            & (last < boxes[outer][:2] + boxes[outer][2:4]).all(axis=1)
            & (boxes[large, 2:4] >= _INSIDE * boxes[outer][2:4]).any(axis=1)
            & (amounts[large] >= _LIGHTER * amounts[outer])
        ]
        if not inside.size:
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


def _cut_off(components: Components, ink: Pixels) -> Chosen:
    """Return which components [count] the picture's edge cuts, if a component inside is large beside them."""
    cut = np.zeros(len(components.amounts), np.bool_)
    cut[border(components.labels)[border(ink) > INK_EDGE]] = True
    cut[0] = False
    largest_inside = float(components.amounts[~cut].max())
    return np.asarray(cut & (largest_inside >= _CUT * components.amounts), np.bool_)
