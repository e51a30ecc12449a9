"""PNG: the chunks of a file, each a length, a kind, its content and a checksum, and what of them the decoder needs.

Text, profiles and unknown chunks never reach the decoder: it would unpack them, without a bound.
"""

import struct

import numpy as np

from lenet_imaging.decoding.encoded import Encoded, Raster, Wanted
from lenet_imaging.decoding.opencv import decode_samples, split_alpha
from lenet_imaging.decoding.orientation import UPRIGHT, orientation
from lenet_imaging.errors import ImageError

_SIGNATURE, _AROUND = 8, 12  # bytes before the first chunk, and those of a chunk beside its content
_NEEDED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"})
_MAX_CHUNKS = 100_000
_GREY = 0
_CHANNELS = {_GREY: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of each colour type
_WITH_ALPHA = frozenset({4, 6})
_PLAIN_BITS = 24  # of a pixel, in a picture whose cost is its pixels


def parse(data: bytes) -> Encoded:
    """Return the picture in a PNG file. Raises ValueError for a colour type that PNG does not have."""
    width, height, bits, colour_type, interlaced = struct.unpack_from(">IIBBxxB", data, 16)
    if colour_type not in _CHANNELS:
        raise ValueError("no PNG colour type")

    def unpack(_: Wanted) -> Raster:
        needed, transparency, exif = _chunks(data)
        stated = orientation(exif) if exif else UPRIGHT
        if colour_type == _GREY and len(transparency) == 2:
            return _grey_with_key(b"".join(needed), bits, int.from_bytes(transparency, "big"), stated)
        return split_alpha(decode_samples(b"".join(needed)), stated)

    pixel_bits = max(_PLAIN_BITS, bits * _CHANNELS[colour_type])
    pixel_bits *= (2 if interlaced else 1) * (2 if colour_type in _WITH_ALPHA else 1)
    return Encoded(width, height, width * height * pixel_bits // _PLAIN_BITS, unpack)


def _chunks(data: bytes) -> tuple[list[bytes], bytes, bytes]:
    """Return the needed parts of the file, and the contents of tRNS and eXIf.

    Raises ImageError where the chunks, up to the last one, are not all in the file.
    """
    needed, transparency, exif, position = [data[:_SIGNATURE]], b"", b"", _SIGNATURE
    for _ in range(_MAX_CHUNKS):
        try:
            length, kind = struct.unpack_from(">I4s", data, position)
        except struct.error:
            break
        end = position + _AROUND + length
        if end > len(data):
            break
        if kind in _NEEDED:
            needed.append(data[position:end])
        if kind == b"IEND":
            return needed, transparency, exif
        if kind == b"tRNS":
            transparency = data[position + 8 : end - 4]
        elif kind == b"eXIf":
            exif = data[position + 8 : end - 4]
        position = end
    raise ImageError("the PNG picture is truncated or damaged: a chunk is longer than the file, or missing")


def _grey_with_key(data: bytes, bits: int, key: int, stated: int) -> Raster:
    """Grey in which one level is transparent: OpenCV leaves that out."""
    grey = decode_samples(data)
    level = key * 255 // ((1 << bits) - 1) if bits < 8 else key
    alpha = np.where(grey == level, 0, 255).astype(np.uint8)
    return Raster(grey, alpha, orientation=stated)
