"""What the readers of all formats return: a picture file whose header is read, and its decoded samples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lenet_imaging.decoding.orientation import UPRIGHT

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


class Raster(NamedTuple):
    """Decoded samples, as the file holds them: not upright, not opaque, of 8 or 16 bits."""

    colours: Samples  # grey [H, W] or blue, green, red [H, W, 3]
    alpha: Samples | None = None  # [H, W]
    premultiplied: bool = False  # the colours were already multiplied by alpha
    orientation: int = UPRIGHT  # EXIF orientation, 1 to 8


class Wanted(NamedTuple):
    """What a reader may leave out: only JPEG's does so far, the others give everything."""

    reduced_by: int = 1  # 1, 2, 4 or 8
    grey: bool = False  # one channel is enough


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture file whose header was read: its size, its cost, and the function that decodes it.

    `width` and `height` are in pixels, before any turn to upright. `cost` is in pixels of a plain picture: the number
    of baseline JPEG pixels that take as long to decode (about 12 nanoseconds each on one core). `unpack` raises
    ImageError or ValueError where the rest of the file is damaged.
    """

    width: int
    height: int
    cost: int
    unpack: Callable[[Wanted], Raster]
    reducible: bool = False  # whether `unpack` heeds Wanted.reduced_by
