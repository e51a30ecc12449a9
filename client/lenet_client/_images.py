"""From what a caller has in hand to the image of a request. Nothing is decoded or scaled here: the server does that."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from lenet.v1 import classifier_pb2 as pb
from lenet_client._errors import ImageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ImageInput: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO | NDArray[np.uint8]"
"""A path, the bytes of a picture file, an open binary file, or an array uint8 of exactly the model's input shape."""


def to_image(image: ImageInput) -> pb.Image:
    """The image of a request. Raises ImageError where a file cannot be read, TypeError for what is no image."""
    if isinstance(image, bytes | bytearray | memoryview):
        return pb.Image(encoded=bytes(image))
    if isinstance(image, str | os.PathLike):
        return pb.Image(encoded=_read(image))
    if hasattr(image, "read"):
        return pb.Image(encoded=image.read())
    if hasattr(image, "dtype") and hasattr(image, "tobytes"):
        return _pixels(image)
    raise TypeError(f"a path, bytes, a binary file or an array is expected, not {type(image).__name__}")


def path_of(image: ImageInput) -> str | None:
    """The path, where the image is given as one."""
    return os.fspath(image) if isinstance(image, str | os.PathLike) else None


def _read(path: str | os.PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ImageError(f"cannot be read: {error.strerror}", os.fspath(path)) from error


def _pixels(array: Any) -> pb.Image:
    """An array by its looks, so that NumPy is needed only by those who use it."""
    if str(array.dtype) != "uint8":
        raise ImageError(f"the array is {array.dtype}: uint8 is expected, in the model's input shape")
    return pb.Image(pixels=pb.Pixels(shape=array.shape, data=array.tobytes()))
