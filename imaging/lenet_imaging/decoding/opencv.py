"""The one call of OpenCV's decoder. What it is given was checked, and mostly written, by this package's readers."""

from typing import cast

import cv2
import numpy as np

from lenet_imaging.decoding.encoded import Raster, Samples
from lenet_imaging.decoding.quiet import QuietStderr

# OpenCV's own lines on stderr. Nothing is lost: what they would say arrives as cv2.error or as no picture.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
_quiet = QuietStderr()


def decode_samples(data: bytes, flags: int = cv2.IMREAD_UNCHANGED) -> Samples:
    """Return the samples in a file, [H, W] or blue first [H, W, 3 or 4], of 8 or 16 bits.

    Raises ValueError where OpenCV gives no picture, or one of other samples.
    """
    try:
        with _quiet:
            image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise ValueError("OpenCV refuses the picture") from error
    if image is None or image.dtype not in (np.uint8, np.uint16):
        raise ValueError("OpenCV finds no picture")
    return cast("Samples", image)


def split_alpha(samples: Samples, orientation: int = 1) -> Raster:
    """Return samples [H, W] or [H, W, 3 or 4] as colours and, from the fourth channel, alpha."""
    if samples.ndim == 3 and samples.shape[2] == 4:
        colours = cast("Samples", cv2.cvtColor(samples, cv2.COLOR_BGRA2BGR))
        return Raster(colours, cast("Samples", cv2.extractChannel(samples, 3)), orientation=orientation)
    return Raster(samples, orientation=orientation)
