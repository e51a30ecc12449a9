"""From a picture to a model's input, by the way of fitting that the model asks for."""

import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.decoding.decode import decode
from lenet_imaging.decoding.limits import DEFAULT_LIMITS, Limits
from lenet_imaging.digits.fit_ink import fit_ink
from lenet_imaging.preprocessing import Preprocessing
from lenet_imaging.resize import fit_resize


def prepare(data: bytes, preprocessing: Preprocessing, limits: Limits = DEFAULT_LIMITS) -> Pixels:
    """Return the picture in a file as the model's input, uint8 [channels, height, width].

    Raises ImageError for a file that is not a whole picture within the limits, and for a picture without ink where the
    preprocessing looks for ink.
    """
    return fit(decode(data, limits, ground="contrast" if preprocessing.fit == "ink" else "white"), preprocessing)


def fit(image: Pixels, preprocessing: Preprocessing) -> Pixels:
    """Return a decoded picture, uint8 [H, W] or RGB [H, W, 3], as the model's input [channels, height, width].

    Raises ImageError where a picture has no ink and ink is wanted, ValueError for an array of another type or shape.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)) or 0 in image.shape:
        raise ValueError(f"a picture is uint8 [H, W] or [H, W, 3], not {image.dtype} {list(image.shape)}")
    if preprocessing.fit == "ink":
        return fit_ink(image, preprocessing.height, preprocessing.width)
    return fit_resize(image, preprocessing.channels, preprocessing.height, preprocessing.width)
