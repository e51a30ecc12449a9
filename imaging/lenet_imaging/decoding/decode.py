"""From the bytes of a picture file to its pixels: upright, opaque, 8 bits, grey or RGB."""

from typing import Literal, NamedTuple

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.decoding.colour import Ground, opaque
from lenet_imaging.decoding.encoded import Encoded, Wanted
from lenet_imaging.decoding.header import read_encoded
from lenet_imaging.decoding.limits import DEFAULT_LIMITS, Limits
from lenet_imaging.decoding.orientation import turn_upright
from lenet_imaging.errors import ImageError

_REDUCTIONS = (8, 4, 2)


class Decoded(NamedTuple):
    """A decoded picture, and how it relates to the file's: `pixels` has ceil(size / reduced_by) rows and columns.

    `width` and `height` are the whole picture's, upright, in pixels.
    """

    pixels: Pixels
    reduced_by: int
    width: int
    height: int


def decode(
    data: bytes,
    limits: Limits = DEFAULT_LIMITS,
    *,
    channels: Literal[1, 3] | None = None,
    reduce_to: int | None = None,
    ground: Ground = "white",
) -> Pixels:
    """Return the picture in a file as uint8: [H, W] where the file holds one channel, else RGB [H, W, 3].

    EXIF orientation is applied, 16 bits reduced to 8; of several frames or pages the first counts. `channels` asks for
    grey (1) or RGB (3) whatever the file holds. With `reduce_to` a JPEG is decoded at the smallest of 1/8, 1/4, 1/2
    and 1/1 whose longer side has at least so many pixels. Transparency is laid over white, or with the ground
    "contrast" over black where what is opaque is light. Raises ImageError for anything that is no whole picture within
    the limits, and before memory for the pixels is taken.
    """
    return decode_picture(data, limits, channels=channels, reduce_to=reduce_to, ground=ground).pixels


def decode_picture(
    data: bytes,
    limits: Limits = DEFAULT_LIMITS,
    *,
    channels: Literal[1, 3] | None = None,
    reduce_to: int | None = None,
    ground: Ground = "white",
) -> Decoded:
    """Return the picture in a file as `decode` does, with the size of the whole and the reduction."""
    limits.check_bytes(len(data))
    name, encoded = read_encoded(data)
    limits.check_pixels(encoded.width, encoded.height)
    limits.check_cost(encoded.cost)
    reduced_by = _reduction(encoded, reduce_to)
    try:
        raster = encoded.unpack(Wanted(reduced_by, grey=channels == 1))
    except ImageError:
        raise
    except (ValueError, LookupError) as error:
        raise ImageError(f"the {name} picture is truncated, damaged or of a rare kind that is not read") from error
    pixels = turn_upright(opaque(raster, ground, grey=channels == 1), raster.orientation)
    if channels == 3 and pixels.ndim == 2:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
    lies = raster.orientation >= 5  # turned by a quarter
    width, height = (encoded.height, encoded.width) if lies else (encoded.width, encoded.height)
    return Decoded(pixels, reduced_by, width, height)


def _reduction(encoded: Encoded, reduce_to: int | None) -> int:
    if reduce_to is None or not encoded.reducible:
        return 1
    longer = max(encoded.width, encoded.height)
    return next((reduction for reduction in _REDUCTIONS if -(-longer // reduction) >= reduce_to), 1)
