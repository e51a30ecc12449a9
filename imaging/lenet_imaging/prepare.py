"""From a picture to a model's input, by the way of fitting that the model asks for."""

import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.decoding.colour import Ground
from lenet_imaging.decoding.decode import decode
from lenet_imaging.decoding.limits import DEFAULT_LIMITS, Limits
from lenet_imaging.digits.fit_ink import Fitted, fit_ink, fit_ink_counted
from lenet_imaging.digits.pyramid import Box
from lenet_imaging.digits.several import Glyph, fit_each
from lenet_imaging.preprocessing import Fit, Preprocessing
from lenet_imaging.resize import fit_resize


def prepare(data: bytes, preprocessing: Preprocessing, limits: Limits = DEFAULT_LIMITS) -> Pixels:
    """Return the picture in a file as the model's input, uint8 [channels, height, width].

    Raises ImageError for a file that is not a whole picture within the limits, and for a picture without ink where the
    preprocessing looks for ink.
    """
    return fit(_decode(data, preprocessing, limits), preprocessing)


def prepare_counted(data: bytes, preprocessing: Preprocessing, limits: Limits = DEFAULT_LIMITS) -> Fitted:
    """Return what prepare() does, and how many glyphs the picture has: 1 where the preprocessing looks for none.

    Raises ImageError as prepare() does.
    """
    return fit_counted(_decode(data, preprocessing, limits), preprocessing)


def glyphs(data: bytes, preprocessing: Preprocessing, limits: Limits = DEFAULT_LIMITS) -> list[Glyph]:
    """Return each glyph of the picture in a file as the model's input, from left to right and top to bottom.

    Each has its box in pixels of the upright picture. Rows may be tilted; glyphs that touch each other are one. Where
    the preprocessing looks for no ink, all of the picture is one glyph. Raises ImageError as prepare() does.
    """
    return fit_glyphs(_decode(data, preprocessing, limits), preprocessing)


def fit_counted(image: Pixels, preprocessing: Preprocessing) -> Fitted:
    """Return what fit() does, and how many glyphs the picture has: 1 where the preprocessing looks for none.

    Raises ImageError and ValueError as fit() does.
    """
    if preprocessing.fit == "ink":
        _check(image)
        return fit_ink_counted(image, preprocessing.height, preprocessing.width)
    return Fitted(fit(image, preprocessing), 1)


def fit_glyphs(image: Pixels, preprocessing: Preprocessing) -> list[Glyph]:
    """Return each glyph of a decoded picture, uint8 [H, W] or RGB [H, W, 3], as glyphs() does.

    Raises ImageError and ValueError as fit() does.
    """
    if preprocessing.fit == "ink":
        _check(image)
        return fit_each(image, preprocessing.height, preprocessing.width)
    return [Glyph(Box(0, 0, *image.shape[:2]), fit(image, preprocessing))]


def _decode(data: bytes, preprocessing: Preprocessing, limits: Limits) -> Pixels:
    return decode(data, limits, ground=ground_for(preprocessing.fit))


def ground_for(way: Fit) -> Ground:
    """Return what transparent pixels show: for `ink`, the colour that the ink is not; else white."""
    return "contrast" if way == "ink" else "white"


def _check(image: Pixels) -> None:
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)) or 0 in image.shape:
        raise ValueError(f"a picture is uint8 [H, W] or [H, W, 3], not {image.dtype} {list(image.shape)}")


def fit(image: Pixels, preprocessing: Preprocessing) -> Pixels:
    """Return a decoded picture, uint8 [H, W] or RGB [H, W, 3], as the model's input [channels, height, width].

    Raises ImageError where a picture has no ink and ink is wanted, ValueError for an array of another type or shape.
    """
    _check(image)
    if preprocessing.fit == "ink":
        return fit_ink(image, preprocessing.height, preprocessing.width)
    return fit_resize(image, preprocessing.channels, preprocessing.height, preprocessing.width)
