"""The IDX format of the MNIST files: a magic number, the dimensions, then the bytes.

Two zero bytes, the type (8 is uint8), the number of dimensions, each dimension as a big-endian uint32, the values in
row-major order (https://yann.lecun.com/exdb/mnist/, "file format").
"""

import math

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.errors import DatasetError

UNSIGNED_BYTE = 8


def parse(content: bytes, name: str) -> NDArray[np.uint8]:
    """Return the array in an uncompressed IDX file; raises DatasetError, which names `name`, if it is malformed."""
    if len(content) < 4 or content[:2] != b"\0\0":
        raise DatasetError(f"{name} is not an IDX file: it does not begin with two zero bytes")
    kind, dimensions = content[2], content[3]
    if kind != UNSIGNED_BYTE:
        raise DatasetError(f"{name} holds values of type 0x{kind:02x}; only unsigned bytes (0x08) are read")
    header = 4 + 4 * dimensions
    if dimensions == 0 or len(content) < header:
        raise DatasetError(f"{name} ends within its header of {dimensions} dimensions")
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, header, 4))
    expected = header + math.prod(shape)
    if len(content) != expected:
        raise DatasetError(f"{name} has {len(content):,} bytes, but its header {shape} promises {expected:,}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape).copy()  # bytes are read-only, arrays are not


def serialise(array: NDArray[np.uint8]) -> bytes:
    """Return the uncompressed IDX file of an array of unsigned bytes, of any shape."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + sizes + array.tobytes()
