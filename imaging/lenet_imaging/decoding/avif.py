"""AVIF: the boxes of a file (ISO 23008-12) that tell its size and its turns, checked against the pictures within.

The decoder allocates what the sequence header of the AV1 data says, not the box: that must not be larger.
"""

import struct
from collections.abc import Iterator

import cv2
import numpy as np

from lenet_imaging.decoding.av1 import largest_frame
from lenet_imaging.decoding.encoded import Encoded, Raster, Wanted
from lenet_imaging.decoding.opencv import decode_samples, split_alpha
from lenet_imaging.errors import ImageError

_MAX_BOXES = 1000
_MAX_ITEMS = 256
_COST_HALVES = 13  # a pixel takes up to 6.5 times as long as one of JPEG
_HIGH, _TWELVE = 0x40, 0x20  # flags of av1C: more than 8 bits, and 12 of them

# (quarter turns against the clock, axis of the mirror after them or None) → EXIF orientation
_TURNS: dict[tuple[int, int | None], int] = dict(
    zip(
        [(turns, mirror) for mirror in (None, 0, 1) for turns in range(4)],
        [*(1, 8, 3, 6), *(4, 5, 2, 7), *(2, 7, 4, 5)],
        strict=True,
    )
)


def parse(data: bytes) -> Encoded:
    """Return the picture in an AVIF file.

    Raises ValueError where the boxes are damaged or promise less than the data, ImageError for an animation.
    """
    top = list(_boxes(data, 0, len(data)))
    if any(kind == b"moov" for kind, _, _ in top):
        raise ImageError("animated AVIF is not read: save one of its frames as JPEG, PNG or WebP")
    (meta,) = (box for box in top if box[0] == b"meta")
    parts = {kind: (start, end) for kind, start, end in _boxes(data, meta[1] + 4, meta[2])}
    (properties,) = (box for box in _boxes(data, *parts[b"iprp"]) if box[0] == b"ipco")
    sizes, turns, mirror, depth = [], 0, None, 8
    for kind, start, _ in _boxes(data, *properties[1:]):
        if kind == b"ispe":
            sizes.append(struct.unpack_from(">4xII", data, start))
        elif kind == b"irot":
            turns = data[start] & 3
        elif kind == b"imir":
            mirror = data[start] & 1
        elif kind == b"av1C" and data[start + 2] & _HIGH:
            depth = 12 if data[start + 2] & _TWELVE else 10
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    items = _items(data, *parts[b"iloc"])
    numbers = set(_av1_items(data, *parts[b"iinf"]))
    frames = [largest_frame(items[number]) for number in numbers if len(numbers) <= _MAX_ITEMS]
    if not frames or max(frames) > width * height:
        raise ValueError("AV1 frames larger than the AVIF picture")

    def unpack(_: Wanted) -> Raster:
        samples = decode_samples(data)
        if samples.dtype == np.uint16:
            samples = np.asarray(cv2.convertScaleAbs(samples, alpha=255 / ((1 << depth) - 1)), np.uint8)
        return split_alpha(samples, _TURNS[turns, mirror])

    return Encoded(width, height, max(sum(frames), width * height) * _COST_HALVES // 2, unpack)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box between two positions, and where its content starts and ends."""
    for _ in range(_MAX_BOXES):
        if start >= end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, content)
            content += 8
        stop = end if size == 0 else start + size
        if not content <= stop <= end:
            raise ValueError("an AVIF box that is larger than what holds it")
        yield kind, content, stop
        start = stop
    raise ValueError("too many AVIF boxes")


def _av1_items(data: bytes, start: int, end: int) -> list[int]:
    """Return the numbers of the items that are AV1 pictures, from the box iinf."""
    numbers = []
    for kind, content, _ in _boxes(data, start + (8 if data[start] else 6), end):
        version = data[content]
        number, form = struct.unpack_from(">4xI2x4s" if version == 3 else ">4xH2x4s", data, content)
        if kind == b"infe" and version >= 2 and form == b"av01":
            numbers.append(number)
    return numbers


def _items(data: bytes, start: int, end: int) -> dict[int, bytes]:
    """Return the bytes of each item by its number, from the box iloc."""
    version, sizes = data[start], int.from_bytes(data[start + 4 : start + 6], "big")
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    position, total, items = start + 6, 0, dict[int, bytes]()

    def number(size: int) -> int:
        nonlocal position
        position += size
        if position > end:
            raise ValueError("the AVIF box iloc is cut off")
        return int.from_bytes(data[position - size : position], "big")

    wide = 4 if version == 2 else 2
    for _ in range(min(number(wide), _MAX_BOXES)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # the file that holds the data: always this one
        base, parts = number(base_size), list[bytes]()
        for _ in range(min(number(2), _MAX_BOXES)):
            number(index_size)
            first, length = base + number(offset_size), number(length_size)
            parts.append(data[first : first + length] if length else data[first:])
            total += len(parts[-1])
            if total > 2 * len(data):
                raise ValueError("AVIF items that overlap")
        if method == 0:
            items[item] = b"".join(parts)
    return items
