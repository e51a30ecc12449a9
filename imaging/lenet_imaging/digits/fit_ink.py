"""The fit `ink`: one handwritten glyph, light on black, sized and placed as MNIST's digits are."""

from typing import NamedTuple

import cv2
import numpy as np

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.components import INK_EDGE
from lenet_imaging.digits.find_glyph import Found, find_glyph
from lenet_imaging.digits.ink_map import ink_map
from lenet_imaging.digits.mnist_look import BOX, FIELD, looks_like_mnist
from lenet_imaging.digits.pyramid import Pyramid
from lenet_imaging.digits.strokes import with_usual_strokes


class Fitted(NamedTuple):
    """A model's input, uint8 [channels, height, width], and how many glyphs the picture has."""

    image: Pixels
    glyph_count: int


def fit_ink(image: Pixels, height: int, width: int, *, thorough: bool = False) -> Pixels:
    """Return the glyph in a picture [H, W] or [H, W, 3] as uint8 [1, height, width].

    A picture of this size that looks like MNIST's already is returned unchanged; several glyphs are shown side by side.
    `thorough` does without the quick look that most pictures need no more than. Raises ImageError where there is no
    ink.
    """
    return fit_ink_counted(image, height, width, thorough=thorough).image


def fit_ink_counted(image: Pixels, height: int, width: int, *, thorough: bool = False) -> Fitted:
    """Return what fit_ink does, and how many glyphs the picture has."""
    if is_fitted(image, height, width):
        return Fitted((image if image.ndim == 2 else image[:, :, 0])[np.newaxis], 1)
    pyramid = Pyramid(image)
    found = find_glyph(pyramid, thorough=thorough)
    return Fitted(fit_found(pyramid, found, height, width), found.glyph_count)


def is_fitted(image: Pixels, height: int, width: int) -> bool:
    """Return whether a picture is as wanted already: grey, of this size, and looking like MNIST's."""
    if image.shape[:2] != (height, width) or not is_grey(image):
        return False
    return looks_like_mnist(image if image.ndim == 2 else image[:, :, 0])


def fit_found(pyramid: Pyramid, found: Found, height: int, width: int) -> Pixels:
    """Return a glyph that was found in a picture as uint8 [1, height, width]."""
    return place(cropped(with_usual_strokes(ink_map(pyramid, found))), height, width)[np.newaxis]


def is_grey(image: Pixels) -> bool:
    """Return whether the picture has one channel, or three that are equal everywhere."""
    return image.ndim == 2 or bool((image == image[:, :, :1]).all())


def cropped(ink: Pixels) -> Pixels:
    """Return the part of ink [H, W] from 0 to 255 that has some."""
    left, top, width, height = cv2.boundingRect(cv2.threshold(ink, INK_EDGE, 255, cv2.THRESH_BINARY)[1])
    return ink[top : top + height, left : left + width] if width else ink


def place(ink: Pixels, height: int, width: int) -> Pixels:
    """Return cropped ink [h, w] from 0 to 255 in a field uint8 [height, width], in MNIST's size and position.

    The proportions stay. The centre of mass comes to the middle of the field, or as near as the ink stays whole.
    """
    factor = BOX / FIELD * min(height / ink.shape[0], width / ink.shape[1])
    size = max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor))
    scaled = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR).astype(np.float32)
    # Averaging has paled what is thinner than a pixel; full ink is to be white again.
    squares = scaled * scaled
    scaled = np.clip(scaled * (255 * squares.sum() / (squares * scaled).sum()), 0, 255)
    top = _offset(scaled.sum(axis=1), height)
    left = _offset(scaled.sum(axis=0), width)
    field = np.zeros((height, width), np.uint8)
    field[top : top + scaled.shape[0], left : left + scaled.shape[1]] = np.rint(scaled)
    return field


def _offset(profile: Ink, length: int) -> int:
    """Return where ink of this profile begins in a field of this length, to be centred there by its mass."""
    centre = float(profile @ np.arange(profile.size) / profile.sum())
    return min(max(round(length / 2 - centre), 0), length - profile.size)
