"""JPEG: the segments of a file (JPEG standard, annex B), and what of them the decoder needs.

The decoder is given a file that is written here: tables, frame header and scans, without the rest. So it cannot read
another size than the one that was checked, whatever lies between the segments.
"""

import struct
from bisect import bisect_left
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.decoding.encoded import Encoded, Raster, Wanted
from lenet_imaging.decoding.opencv import decode_samples
from lenet_imaging.decoding.orientation import UPRIGHT, orientation
from lenet_imaging.errors import ImageError

_MAX_SEGMENTS = 10_000
_MAX_MARKERS = 1_000_000  # with those that restart a scan
_MAX_SCANS = 500  # more are made to take time: progressive files have about 10
_SCANS_PER_PASS = 6  # reading a scan of a progressive file takes about a sixth of all the rest

_SOI, _EOI, _SOS, _JFIF, _EXIF, _ADOBE = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDD})
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_PLAIN_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"

_COLOUR = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
_GREY = {
    1: cv2.IMREAD_GRAYSCALE,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}


class _Frame(NamedTuple):
    bits: int
    height: int
    width: int
    components: int


def parse(data: bytes) -> Encoded:
    """Return the picture in a JPEG file. Raises ValueError where there is no frame header to be read."""
    needed, frame, scans, stated, whole = _segments(data)

    def unpack(wanted: Wanted) -> Raster:
        if not whole:
            raise ImageError("the JPEG picture is truncated: its last scan has no end")
        if frame.bits != 8:
            raise ImageError(f"the JPEG picture has {frame.bits} bits a sample, not 8: save it again with 8 bits")
        grey = frame.components == 1 or (wanted.grey and frame.components == 3)
        flags = (_GREY if grey else _COLOUR)[wanted.reduced_by]
        return Raster(decode_samples(b"".join(needed), flags), orientation=stated)

    cost = frame.width * frame.height * (_SCANS_PER_PASS + scans) // _SCANS_PER_PASS
    return Encoded(frame.width, frame.height, cost, unpack, reducible=True)


def _segments(data: bytes) -> tuple[list[bytes], _Frame, int, int, bool]:
    """Return the needed segments, frame header, number of scans, orientation, and whether the file's end was found."""
    needed, frame, scans, stated, position = [data[:2]], None, 0, UPRIGHT, 2
    markers, ends_of_scans = _markers(data)
    for _ in range(_MAX_SEGMENTS):
        index = bisect_left(markers, position)
        if index == len(markers):
            break
        start = int(markers[index])  # what lies before it, libjpeg skips too
        marker, position = data[start + 1], start + 2
        if marker == _EOI:
            needed.append(b"\xff\xd9")
            return needed, _known(frame), scans, stated, scans > 0
        if marker in _WITHOUT_LENGTH:
            continue
        try:
            (length,) = struct.unpack_from(">H", data, position)
        except struct.error:
            break
        if length < 2 or marker == _SOI:
            raise ValueError("no JPEG segment where one must be")
        position += length
        if marker in _FRAMES:
            if frame is not None:
                raise ValueError("a second JPEG frame header")
            frame = _Frame(*struct.unpack_from(">BHHB", data, start + 4))
            needed.append(data[start:position])
        elif marker == _SOS:
            index = bisect_left(ends_of_scans, position)
            scans += 1
            if frame is None or scans > _MAX_SCANS:
                raise ValueError("a JPEG scan before the frame header, or too many of them")
            if index == len(ends_of_scans):
                break
            position = int(ends_of_scans[index])
            needed.append(data[start:position])
        elif marker in _TABLES or (marker == _ADOBE and data.startswith(b"Adobe", start + 4)):
            needed.append(data[start:position])
        elif marker == _JFIF and data.startswith(b"JFIF\0", start + 4):
            needed.append(_PLAIN_JFIF)
        elif marker == _EXIF and data.startswith(b"Exif\0", start + 4):
            stated = orientation(data[start + 4 : position])
    else:
        raise ValueError("too many JPEG segments")
    return needed, _known(frame), scans, stated, False


def _markers(data: bytes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return where the markers of a file stand: all, and those that end a scan, which restart markers do not."""
    array = np.frombuffer(data, np.uint8)
    found = (array[:-1] == 0xFF) & (array[1:] != 0)
    found &= array[1:] != 0xFF
    if np.count_nonzero(found) > _MAX_MARKERS:
        raise ValueError("too many JPEG markers")
    positions = np.flatnonzero(found)
    return positions, positions[array[positions + 1] & 0xF8 != 0xD0]


def _known(frame: _Frame | None) -> _Frame:
    if frame is None:
        raise ValueError("no JPEG frame header")
    return frame
