"""WebP: the chunks of a file, and a still picture made of the first frame's."""

import struct
from typing import NamedTuple

import numpy as np

from lenet_imaging.decoding.encoded import Encoded, Raster, Wanted
from lenet_imaging.decoding.opencv import decode_samples, split_alpha
from lenet_imaging.decoding.orientation import UPRIGHT, orientation

_MAX_CHUNKS = 10_000
_MIN_FILE = 32  # OpenCV takes nothing smaller for a WebP file
_COST_HALVES = 5  # a lossy pixel takes 2.5 times as long as one of JPEG
_ALPHA = 0x10  # flag of VP8X


class _Still(NamedTuple):
    """The picture chunk of a still picture or a frame, and its chunk of transparency, if any."""

    kind: bytes
    picture: bytes
    alpha: bytes | None
    width: int
    height: int
    transparent: bool


def parse(data: bytes) -> Encoded:
    """Return the picture in a WebP file, of an animation the first frame. Raises ValueError where there is none."""
    chunks = _chunks(data, 12)
    if not chunks or chunks[0][0] != b"VP8X":
        still, exif, canvas, place, alpha = _still(chunks), b"", None, (0, 0), False
    else:
        flags, width, height = struct.unpack_from("<I3s3s", chunks[0][1])
        canvas = int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
        exif = next((content for kind, content in chunks if kind == b"EXIF"), b"")
        frame = next((content for kind, content in chunks if kind == b"ANMF"), None)
        place, alpha = (0, 0), bool(flags & _ALPHA)
        if frame is None:
            still = _still(chunks)
        else:
            place = 2 * int.from_bytes(frame[0:3], "little"), 2 * int.from_bytes(frame[3:6], "little")
            still = _still(_chunks(frame, 16))
        if place[0] + still.width > canvas[0] or place[1] + still.height > canvas[1]:
            raise ValueError("a WebP frame past its canvas")
        if frame is None and (still.width, still.height) != canvas:
            raise ValueError("a WebP picture that does not fill its canvas")

    def unpack(_: Wanted) -> Raster:
        raster = split_alpha(decode_samples(_file(still)), orientation(exif) if exif else UPRIGHT)
        return raster if canvas in (None, (still.width, still.height)) else _placed(raster, canvas, place, alpha)

    full_width, full_height = canvas or (still.width, still.height)
    passes = 2 if alpha or still.transparent else 1
    return Encoded(full_width, full_height, full_width * full_height * _COST_HALVES * passes // 2, unpack)


def _chunks(data: bytes, position: int) -> list[tuple[bytes, bytes]]:
    chunks: list[tuple[bytes, bytes]] = []
    while position + 8 <= len(data) and len(chunks) < _MAX_CHUNKS:
        kind, size = struct.unpack_from("<4sI", data, position)
        chunks.append((kind, data[position + 8 : position + 8 + size]))
        position += 8 + size + size % 2
    return chunks


def _still(chunks: list[tuple[bytes, bytes]]) -> _Still:
    alpha = None
    for kind, content in chunks:
        if kind == b"ALPH":
            alpha = content
        elif kind == b"VP8L" and content[:1] == b"\x2f":
            (bits,) = struct.unpack_from("<I", content, 1)
            return _Still(kind, content, None, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1))
        elif kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", content, 6)
            return _Still(kind, content, alpha, width & 0x3FFF, height & 0x3FFF, alpha is not None)
    raise ValueError("no WebP picture chunk where one must be")


def _file(still: _Still) -> bytes:
    """A WebP file of this picture alone."""
    parts = [_chunk(still.kind, still.picture)]
    if still.alpha is not None:
        sides = b"".join((side - 1).to_bytes(3, "little") for side in (still.width, still.height))
        parts = [_chunk(b"VP8X", struct.pack("<I", _ALPHA) + sides), _chunk(b"ALPH", still.alpha), *parts]
    body = b"WEBP" + b"".join(parts)
    return (b"RIFF" + struct.pack("<I", len(body)) + body).ljust(_MIN_FILE, b"\0")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _placed(raster: Raster, canvas: tuple[int, int], place: tuple[int, int], transparent: bool) -> Raster:
    """A frame at its place on the canvas, around which is nothing, or black where the file knows no transparency."""
    width, height = canvas
    rows = slice(place[1], place[1] + raster.colours.shape[0])
    columns = slice(place[0], place[0] + raster.colours.shape[1])
    colours = np.zeros((height, width, 3), np.uint8)
    colours[rows, columns] = raster.colours
    if not transparent:
        return raster._replace(colours=colours, alpha=None)
    alpha = np.zeros((height, width), np.uint8)
    alpha[rows, columns] = 255 if raster.alpha is None else raster.alpha
    return raster._replace(colours=colours, alpha=alpha)
