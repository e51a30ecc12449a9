"""From what a caller has in hand to the image of a request. Nothing is decoded or scaled here: the server does that."""

import os
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from lenet.v1 import classifier_pb2 as pb
from lenet_client._errors import ImageError
from lenet_client._files import read_file

# The server's own limit for one picture. Checked here too: a film in a folder of pictures is not worth reading.
MAX_IMAGE_BYTES = 32 * 2**20

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ImageInput: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO | NDArray[np.uint8]"
"""A path, the bytes of a picture file, an open binary file, or an array uint8 of exactly the model's input shape."""


def to_image(image: ImageInput) -> pb.Image:
    """The image of a request. Raises ImageError where a file cannot be read, TypeError for what is no image."""
    if isinstance(image, bytes | bytearray | memoryview):
        return _encoded(bytes(image), None)
    if isinstance(image, str | os.PathLike):
        return _read(image)
    if hasattr(image, "read"):
        try:
            return _encoded(image.read(MAX_IMAGE_BYTES + 1), None)
        except (OSError, ValueError) as error:
            raise ImageError(f"cannot be read: {error}") from error
    if hasattr(image, "dtype") and hasattr(image, "tobytes"):
        return _pixels(image)
    raise TypeError(f"a path, bytes, a binary file or an array is expected, not {type(image).__name__}")


def path_of(image: ImageInput) -> str | None:
    """The path, where the image is given as one."""
    return os.fspath(image) if isinstance(image, str | os.PathLike) else None


def _read(path: str | os.PathLike[str]) -> pb.Image:
    try:
        content = read_file(path, MAX_IMAGE_BYTES)
    except OSError as error:
        raise ImageError(f"cannot be read: {error.strerror}", os.fspath(path)) from error
    except ValueError as error:  # a path with a NUL in it
        raise ImageError(f"cannot be read: {error}", os.fspath(path)) from error
    return _encoded(content, os.fspath(path))


def _encoded(content: bytes, path: str | None) -> pb.Image:
    if len(content) > MAX_IMAGE_BYTES:
        raise ImageError(f"larger than {MAX_IMAGE_BYTES:,} bytes: no picture of this size is sent", path)
    return pb.Image(encoded=content)


def _pixels(array: Any) -> pb.Image:
    """An array by its looks, so that NumPy is needed only by those who use it."""
    if str(array.dtype) != "uint8":
        raise ImageError(f"the array is {array.dtype}: uint8 is expected, in the model's input shape")
    return pb.Image(pixels=pb.Pixels(shape=array.shape, data=array.tobytes()))
