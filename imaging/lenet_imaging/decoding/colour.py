"""From decoded samples (8 or 16 bits, with or without transparency) to opaque grey or RGB of 8 bits."""

from typing import Literal, cast

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.decoding.encoded import Raster, Samples

# What lies under transparency: white, or what the opaque ink is not.
Ground = Literal["white", "contrast"]

_SIXTEEN_TO_EIGHT_BITS = 255 / 65535
_EVEN = 64  # grey levels between the darkest and the lightest twentieth of ink that has no ground of its own
_MIDDLE = 128


def to_eight_bits(samples: Samples) -> Pixels:
    """Return the samples as uint8, 65535 becoming 255."""
    if samples.dtype == np.uint8:
        return cast("Pixels", samples)
    return np.asarray(cv2.convertScaleAbs(samples, alpha=_SIXTEEN_TO_EIGHT_BITS), np.uint8)


def opaque(raster: Raster, ground: Ground, *, grey: bool) -> Pixels:
    """Return the picture as grey [H, W], where it is grey or `grey` asks for it, else as RGB [H, W, 3]."""
    image = to_eight_bits(raster.colours)
    if image.ndim == 3:
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY if grey else cv2.COLOR_BGR2RGB), np.uint8)
    if raster.alpha is None:
        return image
    alpha = to_eight_bits(raster.alpha)
    if cv2.minMaxLoc(alpha)[0] == 255:
        return image
    wide = alpha if image.ndim == 2 else np.asarray(cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB), np.uint8)
    if not raster.premultiplied:
        image = np.asarray(cv2.multiply(image, wide, scale=1 / 255), np.uint8)
    if ground == "contrast" and _needs_black(image, alpha):
        return image
    return np.asarray(cv2.add(image, cv2.bitwise_not(wide)), np.uint8)


def _needs_black(image: Pixels, alpha: Pixels) -> bool:
    """Whether black shows what is opaque better than white; the image's colours are multiplied by alpha.

    What is opaque is ink where most of the picture is transparent, or where it is of one lightness: the ground is the
    opposite. Else it has a ground of its own, like a sheet of paper with round corners, and that is carried on.
    """
    grey = image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    weight = float(cv2.mean(alpha)[0])
    if weight == 0:
        return False
    light = float(cv2.mean(grey)[0]) * 255 / weight >= _MIDDLE
    if weight < _MIDDLE:
        return light
    solid = np.bincount(grey[alpha >= _MIDDLE], minlength=256).cumsum()
    darkest, lightest = np.searchsorted(solid, [0.05 * solid[-1], 0.95 * solid[-1]])
    return light if lightest - darkest < _EVEN else not light
