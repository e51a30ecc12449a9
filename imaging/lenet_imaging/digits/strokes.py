"""Making strokes as wide as MNIST's, so that a fine liner and a brush look like the pens that the model knows."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.components import INK_EDGE

# Widths of the strokes of MNIST's digits as parts of the digit's longest side: 5 in 100 are thinner, 5 thicker.
THINNEST, THICKEST = 1.8 / 20, 3.8 / 20


def with_usual_strokes(ink: Pixels) -> Pixels:
    """Return cropped ink [h, w], from 0 to 255, its strokes thickened or thinned to MNIST's usual range of widths.

    Strokes within the range are left as they are. Strokes that are thickened need a wider map: it gets a margin.
    """
    mask = cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    mask = cv2.threshold(mask, INK_EDGE, 255, cv2.THRESH_BINARY)[1]
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    # Across a stroke the distance to the next pixel of paper rises from 1 to half the width: its mean is a quarter of
    # the width, and a half.
    width, size = 4 * (cv2.mean(depth, mask)[0] - 0.5), max(ink.shape)
    if width < THINNEST * size:
        radius = _radius(width, size, THINNEST)
        margin = int(radius) + 1
        wide = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
        return _moved(np.asarray(wide, np.uint8), radius, out=True)
    if width > THICKEST * size:
        # Something must be left, however odd the shape: so never further than to its deepest place.
        radius = min(_radius(width, size, THICKEST), cv2.minMaxLoc(depth)[1] - 1)
        margin = int(radius) + 1
        wide = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
        return _moved(np.asarray(wide, np.uint8), radius, out=False)
    return ink


def _radius(width: float, size: int, part: float) -> float:
    """Return how far, in pixels, to move the edges of strokes of this width so that they become that part of the size.

    The size changes with them: (width ± 2 radius) / (size ± 2 radius) = part.
    """
    return abs(part * size - width) / (1 - part) / 2


def _moved(ink: Pixels, radius: float, *, out: bool) -> Pixels:
    """Return the ink with its edges moved out or in, by a radius that need not be whole: between the two next ones."""
    move, whole = cv2.dilate if out else cv2.erode, int(radius)
    near = move(ink, _disc(whole)) if whole else ink
    far = move(ink, _disc(whole + 1))
    return np.asarray(cv2.addWeighted(near, 1 - (radius - whole), far, radius - whole, 0), np.uint8)


def _disc(radius: int) -> Pixels:
    """Return the shape [2 radius + 1, 2 radius + 1] that moves an edge by this radius in every direction."""
    diameter = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter)), np.uint8)
