"""The format and size of a picture, read from the file's first bytes without decoding it.

The decoder allocates what the header promises, so the limits are checked against the very field that the decoder
will read. That is why these readers are strict where general ones are forgiving: a header that two readers may
understand differently (a stray byte between JPEG segments, a doubled TIFF tag) gets a picture past the limits.
"""

import re
import struct
from collections.abc import Callable
from typing import NamedTuple

from lenet_imaging.decoding import tiff
from lenet_imaging.errors import ImageError

_MAX_JPEG_SEGMENTS = 10_000
_JPEG_TABLES_AND_COMMENTS = frozenset({0xC4, 0xCC, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)})


class Header(NamedTuple):
    """A picture's format, for messages, and its width and height in pixels, before any turn to upright."""

    format: str
    width: int
    height: int


def read_header(data: bytes) -> Header:
    """Return the format and size of a picture file.

    Raises ImageError where the format is unknown or its header is cut off, damaged or without an area.
    """
    known = next((entry for entry in _FORMATS if entry[1].match(data)), None)
    if known is None:
        raise ImageError(f"not a picture in a known format ({', '.join(name for name, _, _ in _FORMATS)})")
    name, _, read_size = known
    try:
        width, height = read_size(data)
    except (struct.error, ValueError) as error:
        raise ImageError(f"the header of the {name} picture is truncated or damaged") from error
    if width < 1 or height < 1:
        raise ImageError(f"the {name} picture has no area ({width}×{height} pixels)")
    return Header(name, width, height)


def _png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Walk the segments to the frame header (SOF0…SOF15 without DHT, JPG and DAC): JPEG standard, annex B."""
    position = 2
    for _ in range(_MAX_JPEG_SEGMENTS):
        start, marker, length = struct.unpack_from(">BBH", data, position)
        if start != 0xFF or length < 2:
            raise ValueError("no JPEG segment where one must be")
        if marker == 0xFF:
            position += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        elif marker in _JPEG_TABLES_AND_COMMENTS:
            position += 2 + length
        else:
            raise ValueError("a JPEG segment that cannot stand before the frame header")
    raise ValueError("too many JPEG segments before the frame header")


def _webp_size(data: bytes) -> tuple[int, int]:
    chunk = data[12:16]
    if chunk == b"VP8X":
        _, width, height = struct.unpack_from("<I3s3s", data, 20)
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if chunk == b"VP8L" and data[20:21] == b"\x2f":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no WebP picture chunk where one must be")


def _tiff_size(data: bytes) -> tuple[int, int]:
    directory = tiff.read_directory(data)
    width, height = directory.get(tiff.IMAGE_WIDTH, 0), directory.get(tiff.IMAGE_LENGTH, 0)
    # A tile is decoded whole, however little of it the picture shows.
    return max(width, directory.get(tiff.TILE_WIDTH, 0)), max(height, directory.get(tiff.TILE_LENGTH, 0))


def _bmp_size(data: bytes) -> tuple[int, int]:
    (header_size,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH" if header_size == 12 else "<ii", data, 18)
    # A negative height says that the rows run from the top.
    return width, abs(height)


def _gif_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


_FORMATS: tuple[tuple[str, re.Pattern[bytes], Callable[[bytes], tuple[int, int]]], ...] = (
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), _png_size),
    ("JPEG", re.compile(rb"\xff\xd8\xff"), _jpeg_size),
    ("WebP", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), _webp_size),
    ("TIFF", re.compile(rb"II\*\0|MM\0\*"), _tiff_size),
    ("BMP", re.compile(rb"BM"), _bmp_size),
    ("GIF", re.compile(rb"GIF8[79]a"), _gif_size),
)
