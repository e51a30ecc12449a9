"""The format, size and cost of a picture, read from the file's structure without decoding it.

The decoder allocates what the header promises. So it is given only what was read here: most formats' files are
written anew for it, and a header that two readers could understand differently has no second reader.
"""

import re
import struct
from collections.abc import Callable
from typing import NamedTuple

from lenet_imaging.decoding import avif, bmp, gif, jpeg, png, tiff, webp
from lenet_imaging.decoding.encoded import Encoded
from lenet_imaging.decoding.foreign import foreign_format
from lenet_imaging.errors import ImageError

_FORMATS: tuple[tuple[str, re.Pattern[bytes], Callable[[bytes], Encoded]], ...] = (
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), png.parse),
    ("JPEG", re.compile(rb"\xff\xd8\xff"), jpeg.parse),
    ("WebP", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), webp.parse),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]"), tiff.parse),
    ("BMP", re.compile(rb"BM"), bmp.parse),
    ("GIF", re.compile(rb"GIF8[79]a"), gif.parse),
    ("AVIF", re.compile(rb".{4}ftyp(avif|avis|.{8}(.{4}){0,15}?avi[fs])", re.DOTALL), avif.parse),
)
NAMES = tuple(name for name, _, _ in _FORMATS)


class Header(NamedTuple):
    """A picture's format, for messages, its width and height in pixels, before any turn to upright, and its cost.

    The cost is in pixels of a plain picture, about 12 nanoseconds of one core each.
    """

    format: str
    width: int
    height: int
    cost: int


def read_header(data: bytes) -> Header:
    """Return the format, size and cost of a picture file. It allocates nothing for the pixels.

    Raises ImageError where the format is unknown or its header is cut off, damaged or without an area.
    """
    name, encoded = read_encoded(data)
    return Header(name, encoded.width, encoded.height, encoded.cost)


def read_encoded(data: bytes) -> tuple[str, Encoded]:
    """Return the name of a picture file's format, and the picture as yet undecoded. Raises ImageError as above."""
    known = next((entry for entry in _FORMATS if entry[1].match(data)), None)
    if known is None:
        raise ImageError(foreign_format(data, NAMES))
    name, _, parse = known
    try:
        encoded = parse(data)
    except ImageError:
        raise
    except (struct.error, ValueError, LookupError) as error:
        raise ImageError(f"the header of the {name} picture is truncated or damaged") from error
    if encoded.width < 1 or encoded.height < 1:
        raise ImageError(f"the {name} picture has no area ({encoded.width}×{encoded.height} pixels)")
    return name, encoded
