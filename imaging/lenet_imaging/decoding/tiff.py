"""The first directory of a TIFF structure: a TIFF file, or the EXIF block inside a picture of another format."""

import struct

ORIENTATION = 0x0112
IMAGE_WIDTH = 0x0100
IMAGE_LENGTH = 0x0101
TILE_WIDTH = 0x0142
TILE_LENGTH = 0x0143

_ENTRY = 12
_SHORT, _LONG = 3, 4


def read_directory(data: bytes) -> dict[int, int]:
    """Return tag → value of the first directory, for the entries that are one whole number.

    Raises ValueError where the structure is broken or a tag comes twice: TIFF forbids the latter, and readers
    disagree over which of the two counts.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        raise ValueError("no TIFF structure")
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        entries = [struct.unpack_from(order + "HHI", data, start + 2 + _ENTRY * index) for index in range(count)]
        values = {
            tag: _value(data, start + 2 + _ENTRY * index + 8, order, kind)
            for index, (tag, kind, number) in enumerate(entries)
            if kind in (_SHORT, _LONG) and number == 1
        }
    except struct.error as error:
        raise ValueError("the TIFF directory is cut off") from error
    if len({tag for tag, _, _ in entries}) != count:
        raise ValueError("the TIFF directory names a tag twice")
    return values


def _value(data: bytes, offset: int, order: str, kind: int) -> int:
    value: int
    (value,) = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), data, offset)
    return value
