"""Making strokes as wide as MNIST's, so that a fine liner and a brush look like the pens that the model knows."""

import cv2
import numpy as np

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.find_ink import INK_EDGE

# Widths of the strokes of MNIST's digits as parts of the digit's longest side: 5 in 100 are thinner, 5 thicker.
THINNEST, THICKEST = 2 / 20, 4 / 20


def with_usual_strokes(ink: Ink) -> Ink:
    """Return cropped ink [h, w], from 0 to 1, its strokes thickened or thinned to MNIST's usual range of widths.

    Strokes within the range are left as they are. Strokes that are thickened need a wider map: it gets a margin.
    """
    mask = np.pad(ink > INK_EDGE, 1).astype(np.uint8)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Across a stroke the distance to the edge rises from 0 to half the width: its mean is a quarter of the width.
    width, size = 4 * float(depth[mask > 0].mean()), max(ink.shape)
    if width < THINNEST * size:
        radius = _radius(width, size, THINNEST)
        return np.asarray(cv2.dilate(np.pad(ink, radius), _disc(radius)), np.float32)
    if width > THICKEST * size:
        # Something must be left, however odd the shape: so never further than to its deepest place.
        radius = min(_radius(width, size, THICKEST), int(depth.max()) - 1)
        # Beyond the edge of the map is paper, which counts here.
        return np.asarray(cv2.erode(np.pad(ink, 1), _disc(radius), borderType=cv2.BORDER_REPLICATE), np.float32)
    return ink


def _radius(width: float, size: int, part: float) -> int:
    """Return how far, in pixels, to move the edges of strokes of this width so that they become that part of the size.

    The size changes with them: (width ± 2 radius) / (size ± 2 radius) = part.
    """
    return round(abs(part * size - width) / (1 - part) / 2)


def _disc(radius: int) -> Pixels:
    """Return the shape [2 radius + 1, 2 radius + 1] that moves an edge by this radius in every direction."""
    diameter = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter)), np.uint8)
