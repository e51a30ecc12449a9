"""The first directory of a TIFF structure: a TIFF file, or the EXIF block inside a picture of another format."""

import struct
from typing import NamedTuple

import numpy as np

_TYPES = {1: "u1", 3: "u2", 4: "u4", 16: "u8"}  # BYTE, SHORT, LONG and LONG8 as NumPy's types
_UNDEFINED = 7
_MAX_ENTRIES = 65_535
_MAX_VALUES = 100_000  # of one tag: a large scan has some thousand strips


class _Layout(NamedTuple):
    """How a classic or a big TIFF writes the offset of the first directory, the number of entries, and an entry."""

    first: str
    first_at: int
    number: str
    entry: str
    inline: int  # the most bytes of values that stand in the entry itself
    offset: str


_CLASSIC = _Layout("I", 4, "H", "HHI4x", 4, "I")
_BIG = _Layout("Q", 8, "Q", "HHQ8x", 8, "Q")
_STARTS = {b"II*\0": ("<", _CLASSIC), b"MM\0*": (">", _CLASSIC), b"II+\0": ("<", _BIG), b"MM\0+": (">", _BIG)}


class Directory:
    """The whole numbers in the first directory of a TIFF structure, by tag.

    Raises ValueError where the structure is broken or a tag comes twice: TIFF forbids the latter, and readers
    disagree over which of the two counts.
    """

    def __init__(self, data: bytes) -> None:
        order, layout = _STARTS.get(data[:4], ("", _CLASSIC))
        if not order:
            raise ValueError("no TIFF structure")
        self.order = order
        self._data = data
        self._layout = layout
        self._entries: dict[int, tuple[int, int, int]] = {}  # tag → type, number of values, position of the values
        try:
            (start,) = struct.unpack_from(order + layout.first, data, layout.first_at)
            (count,) = struct.unpack_from(order + layout.number, data, start)
            if count > _MAX_ENTRIES:
                raise ValueError("too many TIFF entries")
            position, size = start + struct.calcsize(order + layout.number), struct.calcsize(order + layout.entry)
            for _ in range(count):
                tag, kind, number = struct.unpack_from(order + layout.entry, data, position)
                if tag in self._entries:
                    raise ValueError("the TIFF directory names a tag twice")
                self._entries[tag] = kind, number, position + size - layout.inline
                position += size
        except (struct.error, OverflowError) as error:
            raise ValueError("the TIFF directory is cut off") from error

    def numbers(self, tag: int) -> list[int]:
        """Return a tag's values, none where the directory lacks it or it holds no whole numbers.

        Raises ValueError where the values lie past the end.
        """
        kind, number, position = self._entries.get(tag, (0, 0, 0))
        if kind not in _TYPES:
            return []
        if number > _MAX_VALUES:
            raise ValueError("too many values of a TIFF tag")
        form = np.dtype(self.order + _TYPES[kind])
        if number * form.itemsize > self._layout.inline:
            try:
                (position,) = struct.unpack_from(self.order + self._layout.offset, self._data, position)
            except struct.error as error:
                raise ValueError("the TIFF directory is cut off") from error
        if position + number * form.itemsize > len(self._data):
            raise ValueError("values of the TIFF directory lie past the end")
        values: list[int] = np.frombuffer(self._data, form, number, position).tolist()
        return values

    def raw(self, tag: int) -> bytes:
        """Return the bytes of a tag of type UNDEFINED, none where there are none, or not in the file."""
        kind, number, position = self._entries.get(tag, (0, 0, 0))
        if kind != _UNDEFINED or number <= self._layout.inline:
            return b""
        (position,) = struct.unpack_from(self.order + self._layout.offset, self._data, position)
        return self._data[position : position + number]

    def number(self, tag: int, default: int) -> int:
        """Return a tag's first value, or the default where there is none."""
        values = self.numbers(tag)
        return values[0] if values else default
