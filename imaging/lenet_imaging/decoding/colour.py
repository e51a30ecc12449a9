"""From what the decoder gives (1 to 4 channels of 8 or 16 bits, blue first) to grey or RGB of 8 bits."""

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels
from lenet_imaging.errors import ImageError

_SIXTEEN_TO_EIGHT_BITS = 255 / 65535


def to_eight_bits(image: npt.NDArray[np.generic]) -> Pixels:
    """Return the samples as uint8, 65535 becoming 255.

    Raises ImageError for samples that have no fixed white: floating point, signed, 32 bits.
    """
    if image.dtype == np.uint8:
        return image.astype(np.uint8, copy=False)
    if image.dtype == np.uint16:
        reduced = cv2.convertScaleAbs(image.astype(np.uint16, copy=False), alpha=_SIXTEEN_TO_EIGHT_BITS)
        return np.asarray(reduced, np.uint8)
    raise ImageError(f"the picture has samples of type {image.dtype}, not of 8 or 16 bits")


def to_rgb(image: Pixels, *, premultiplied: bool = False) -> Pixels:
    """Return BGR or BGRA [H, W, 3 or 4] as RGB [H, W, 3], what is transparent being laid over white.

    `premultiplied` says that the colours were already multiplied by their alpha.
    """
    if image.shape[2] == 3:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
    alpha = cv2.extractChannel(image, 3)
    colours = cv2.cvtColor(image, cv2.COLOR_BGRA2RGB)
    if not premultiplied:
        colours = cv2.multiply(colours, cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    return np.asarray(cv2.add(colours, cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2RGB)), np.uint8)
