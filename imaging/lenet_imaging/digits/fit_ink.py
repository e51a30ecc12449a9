"""The fit `ink`: one handwritten glyph, light on black, sized and placed as MNIST's digits are."""

import cv2
import numpy as np

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.border import border
from lenet_imaging.digits.find_ink import find_ink, ink_bounds
from lenet_imaging.digits.strokes import with_usual_strokes

# MNIST: the digit fills a box of 20 in a field of 28 pixels, its centre of mass on the field's (LeCun et al. 1998).
_BOX = 20 / 28

_BLACK = 8  # the brightest grey level of 255 that passes for black paper
_LIGHT = 128  # the least that passes for light ink on it


def fit_ink(image: Pixels, height: int, width: int) -> Pixels:
    """Return the glyph in a picture [H, W] or [H, W, 3] as uint8 [1, height, width].

    A picture that is as wanted already, of this size and light ink on black, is returned unchanged. Raises ImageError
    where there is no ink.
    """
    if image.shape[:2] == (height, width) and is_grey(image):
        grey = image if image.ndim == 2 else image[:, :, 0]
        if is_light_on_black(grey):
            return grey[np.newaxis]
    ink = with_usual_strokes(find_ink(image))
    return place(ink[ink_bounds(ink)], height, width)[np.newaxis]


def is_grey(image: Pixels) -> bool:
    """Return whether the picture has one channel, or three that are equal everywhere."""
    return image.ndim == 2 or bool((image == image[:, :, :1]).all())


def is_light_on_black(grey: Pixels) -> bool:
    """Return whether most of the border of a picture [H, W] is black, and something in it light."""
    edge = border(grey)
    return 2 * int(np.count_nonzero(edge <= _BLACK)) > edge.size and int(grey.max()) >= _LIGHT


def place(ink: Ink, height: int, width: int) -> Pixels:
    """Return cropped ink [h, w] from 0 to 1 in a field uint8 [height, width], in MNIST's size and position.

    The proportions stay. The centre of mass comes to the middle of the field, or as near as the ink stays whole.
    """
    factor = min(_BOX * height / ink.shape[0], _BOX * width / ink.shape[1])
    size = max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor))
    scaled = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    # Averaging has paled what is thinner than a pixel; full ink is to be white again.
    scaled = np.clip(scaled * (np.sum(scaled**2) / np.sum(scaled**3)), 0, 1)
    top = _offset(scaled.sum(axis=1), height)
    left = _offset(scaled.sum(axis=0), width)
    field = np.zeros((height, width), np.uint8)
    field[top : top + scaled.shape[0], left : left + scaled.shape[1]] = np.rint(scaled * 255)
    return field


def _offset(profile: Ink, length: int) -> int:
    """Return where ink of this profile begins in a field of this length, to be centred there by its mass."""
    centre = float(profile @ np.arange(profile.size) / profile.sum())
    return min(max(round(length / 2 - centre), 0), length - profile.size)
