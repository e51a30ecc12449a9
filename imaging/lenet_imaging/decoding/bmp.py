"""BMP: the size in the header, and whether the file holds as many bytes as the pixels need."""

import struct

from lenet_imaging.decoding.encoded import Encoded, Raster, Wanted
from lenet_imaging.decoding.opencv import decode_samples, split_alpha
from lenet_imaging.errors import ImageError

_OLD_HEADER, _SMALLEST_HEADER = 12, 36
_RUN_LENGTHS = frozenset({1, 2})  # compressions of which a few bytes make many pixels
_PLAIN_BITS = 24


def parse(data: bytes) -> Encoded:
    """Return the picture in a BMP file. Raises ValueError where the header is of no known kind."""
    offset, header_size = struct.unpack_from("<II", data, 10)
    if header_size == _OLD_HEADER:
        width, height, bits = struct.unpack_from("<HHxxH", data, 18)
        compression = 0
    elif header_size >= _SMALLEST_HEADER:
        width, height, bits, compression = struct.unpack_from("<iixxHI", data, 18)
    else:
        raise ValueError("no BMP header")
    height = abs(height)  # negative where the rows run from the top

    def unpack(_: Wanted) -> Raster:
        row_bytes = -(-width * bits // 32) * 4
        if compression not in _RUN_LENGTHS and offset + row_bytes * height > len(data):
            raise ImageError("the BMP picture is truncated: it has fewer bytes than its pixels need")
        return split_alpha(decode_samples(data))

    return Encoded(width, height, width * height * max(_PLAIN_BITS, bits) // _PLAIN_BITS, unpack)
