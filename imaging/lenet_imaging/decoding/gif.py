"""GIF: the first frame, on its screen, read here from the first byte to the last."""

import struct
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lenet_imaging.decoding import lzw
from lenet_imaging.decoding.encoded import Encoded, Raster, Wanted
from lenet_imaging.decoding.opencv import split_alpha
from lenet_imaging.errors import ImageError

_MAX_BLOCKS = 300_000
_EXTENSION, _IMAGE = 0x21, 0x2C
_GRAPHIC_CONTROL = 0xF9
_TABLE, _INTERLACED = 0x80, 0x40  # flags
_PASSES = ((0, 8), (4, 8), (2, 4), (1, 2))  # first row and step of each pass of an interlaced frame
_COST = 9  # a pixel takes up to 9 times as long as one of JPEG


class _Frame(NamedTuple):
    left: int
    top: int
    width: int
    height: int
    flags: int
    table: bytes
    transparent: int | None
    data: int  # where the packed pixels begin


def parse(data: bytes) -> Encoded:
    """Return the first frame of a GIF file on its screen, which grows where the frame reaches past it.

    Raises ValueError where there is no frame.
    """
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    frame = _first_frame(data, flags)
    if frame is not None and width and height:
        width, height = max(width, frame.left + frame.width), max(height, frame.top + frame.height)

    def unpack(_: Wanted) -> Raster:
        if frame is None or frame.width < 1 or frame.height < 1:
            raise ImageError("the GIF picture is truncated or damaged: it has no frame")
        return _raster(data, frame, width, height)

    return Encoded(width, height, _COST * width * height, unpack)


def _first_frame(data: bytes, flags: int) -> _Frame | None:
    position, table = 13, b""
    try:
        if flags & _TABLE:
            table, position = _colour_table(data, position, flags)
        transparent, left = None, _MAX_BLOCKS
        for _ in range(_MAX_BLOCKS):
            kind = data[position]
            if kind == _EXTENSION:
                label, content = data[position + 1], data[position + 3 : position + 7]
                if label == _GRAPHIC_CONTROL and data[position + 2] >= 4 and content[0] & 1:
                    transparent = content[3]
                position, left = _after_blocks(data, position + 2, left)
            elif kind == _IMAGE:
                left, top, width, height, flags = struct.unpack_from("<HHHHB", data, position + 1)
                position += 10
                if flags & _TABLE:
                    table, position = _colour_table(data, position, flags)
                return _Frame(left, top, width, height, flags, table, transparent, position)
            else:
                position += 1
    except (IndexError, struct.error):
        pass
    return None


def _colour_table(data: bytes, position: int, flags: int) -> tuple[bytes, int]:
    end = position + (6 << (flags & 7))
    return data[position:end], end


def _after_blocks(data: bytes, position: int, left: int) -> tuple[int, int]:
    """Return the position after a row of blocks, each a length and its bytes, and how many blocks may follow.

    The last block of a row has the length 0. Raises ValueError for more than `left` blocks.
    """
    for used in range(left):
        length = data[position]
        position += 1 + length
        if not length:
            return position, left - used
    raise ValueError("too many GIF blocks")


def _blocks(data: bytes, position: int) -> bytes:
    parts: list[bytes] = []
    for _ in range(_MAX_BLOCKS):
        length = data[position] if position < len(data) else 0
        if not length:
            return b"".join(parts)
        parts.append(data[position + 1 : position + 1 + length])
        position += 1 + length
    raise ValueError("too many GIF blocks")


def _raster(data: bytes, frame: _Frame, width: int, height: int) -> Raster:
    if frame.data >= len(data):
        raise ImageError("the GIF picture is truncated: its first frame has no pixels")
    try:
        pixels = lzw.unpack(_blocks(data, frame.data + 1), data[frame.data], frame.width * frame.height)
    except ValueError as error:
        raise ImageError(f"the GIF picture is truncated or damaged: {error}") from error
    indices = pixels.reshape(frame.height, frame.width)
    if frame.flags & _INTERLACED:
        rows = np.concatenate([np.arange(first, frame.height, step) for first, step in _PASSES])
        upright = np.empty_like(indices)
        upright[rows] = indices
        indices = upright
    if (frame.width, frame.height) != (width, height):
        screen = np.full((height, width), frame.transparent or 0, np.uint8)
        screen[frame.top : frame.top + frame.height, frame.left : frame.left + frame.width] = indices
        indices = screen
    pixels = np.take(_palette(frame), indices).view(np.uint8).reshape(height, width, 4)
    return split_alpha(pixels)


def _palette(frame: _Frame) -> npt.NDArray[np.uint32]:
    """The colours of all 256 indices, blue first, and alpha: black past a table, greys without one, as in Pillow."""
    palette = np.zeros((256, 4), np.uint8)
    if not frame.table:
        palette[:] = np.arange(256)[:, np.newaxis]
    colours = np.frombuffer(frame.table, np.uint8).reshape(-1, 3)
    palette[: len(colours), :3] = colours[:, ::-1]
    palette[:, 3] = 255
    if frame.transparent is not None:
        palette[frame.transparent, 3] = 0
    return palette.view(np.uint32)[:, 0]
