"""The chunks of a PNG file: each a length, a kind, so many bytes, and a checksum."""

import struct

from lenet_imaging.errors import ImageError

_SIGNATURE, _AROUND = 8, 12  # bytes before the first chunk, and those of a chunk beside its content


def check_chunks(data: bytes) -> None:
    """Raise ImageError where the chunks, up to the last one, are not all in the file.

    The decoder takes memory for a chunk by its length alone, before it looks for the bytes: four bytes that are wrong
    cost four gigabytes.
    """
    position, kind = _SIGNATURE, b""
    while kind != b"IEND":
        try:
            length, kind = struct.unpack_from(">I4s", data, position)
        except struct.error:
            break
        position += _AROUND + length
    if kind != b"IEND" or position > len(data):
        raise ImageError("the PNG picture is truncated or damaged: a chunk is longer than the file, or missing")
