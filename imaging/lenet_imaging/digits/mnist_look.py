"""Whether a picture looks like MNIST's already, in polarity, place, size and strokes, so that it needs no fitting."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels

# MNIST: the digit fills a box of 20 in a field of 28 pixels, its centre of mass on the field's (LeCun et al. 1998).
BOX, FIELD = 20, 28

_LIGHT = 128  # the least of 255 that passes for light ink

# Of all 70,000 digits: the longest side is 19 or 20 pixels, the centre of mass within 0.52 pixels of where it is to be.
_SMALLER, _ASTRAY = 1, 0.6
# Two by two pixels of ink, faint ink included, begin at 0.22 or more of its pixels; in strokes of one pixel at next to
# none.
_FAINT, _LEAST_SOLID = 16, 0.2
_SQUARE = np.ones((2, 2), np.uint8)


def looks_like_mnist(grey: Pixels) -> bool:
    """Return whether a picture [H, W] is light ink on black, sized, placed and drawn as MNIST's digits are."""
    height, width = grey.shape
    # All else is black: what fills no more than the box leaves most of the border free.
    _, _, ink_width, ink_height = cv2.boundingRect(grey)
    filled = max(ink_width / width, ink_height / height) * FIELD
    if not BOX - _SMALLER <= filled <= BOX or cv2.minMaxLoc(grey)[1] < _LIGHT:
        return False
    moments = cv2.moments(grey)
    mass = moments["m00"]
    down, across = moments["m01"] / (mass * height) - 0.5, moments["m10"] / (mass * width) - 0.5
    if max(abs(down), abs(across)) * FIELD > _ASTRAY:
        return False
    mask = cv2.threshold(grey, _FAINT, 255, cv2.THRESH_BINARY)[1]
    solid = cv2.countNonZero(cv2.erode(mask, _SQUARE))
    return solid >= _LEAST_SOLID * cv2.countNonZero(mask)
