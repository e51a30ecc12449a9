"""Turns the images that callers pass into what is sent: encoded files as they are, arrays as pixels."""

import io
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeGuard

from lenet_client._errors import ImageError
from lenet_client._file_reader import read_file

# The server's default limit for one image. Checked here as well, so that a video among the pictures is not read whole.
MAX_IMAGE_BYTES = 32 * 2**20

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as PilImage


class BinaryFile(Protocol):
    """A file opened in binary mode."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes, all by default. Raises OSError."""


ImageInput: TypeAlias = "str | os.PathLike[str] | bytes | BinaryFile | NDArray[np.uint8] | PilImage"
"""A path, the bytes of a picture file, an open binary file, a PIL image, or an array uint8 of exactly the model's
input shape."""


class PixelArray(NamedTuple):
    """A uint8 array in the model's input shape: its shape and its bytes, row-major."""

    shape: tuple[int, ...]
    data: bytes


ImageContent: TypeAlias = bytes | PixelArray
"""What is sent of an image: an encoded file, or an array."""


def content_of(image: ImageInput) -> ImageContent:
    """What is sent of an image. Raises ImageError for a file that cannot be read, TypeError for any other object."""
    if isinstance(image, bytes | bytearray | memoryview):
        return _checked(bytes(image), None)
    if hasattr(image, "dtype") and hasattr(image, "tobytes"):
        return _pixel_array(image)
    if isinstance(image, str | os.PathLike):
        return _read(image)
    if _is_pil(image):
        return _checked(_as_png(image), None)
    if hasattr(image, "read"):
        try:
            return _checked(image.read(MAX_IMAGE_BYTES + 1), None)
        except (OSError, ValueError) as error:
            raise ImageError(f"cannot be read: {error}") from error
    raise TypeError(f"a path, bytes, a binary file, a PIL image or an array is expected, not {type(image).__name__}")


def path_of(image: ImageInput) -> str | None:
    """The path of an image that is given as one, else None."""
    return os.fspath(image) if isinstance(image, str | os.PathLike) else None


def _read(path: str | os.PathLike[str]) -> bytes:
    try:
        content = read_file(path, MAX_IMAGE_BYTES)
    except OSError as error:
        raise ImageError(f"cannot be read: {error.strerror}", os.fspath(path)) from error
    except ValueError as error:  # a path that contains NUL
        raise ImageError(f"cannot be read: {error}", os.fspath(path)) from error
    return _checked(content, os.fspath(path))


def _checked(content: object, path: str | None) -> bytes:
    if not isinstance(content, bytes):
        raise TypeError(f"the file returns {type(content).__name__}, not bytes: open it with 'rb'")
    if len(content) > MAX_IMAGE_BYTES:
        raise ImageError(f"larger than {MAX_IMAGE_BYTES:,} bytes, the limit for one image", path)
    return content


def _pixel_array(array: Any) -> PixelArray:
    """The array's content, by duck typing: the client does not import NumPy."""
    if getattr(array.dtype, "str", "") != "|u1":  # uint8; NumPy computes `dtype.name` slowly
        raise ImageError(f"the array is {array.dtype}: uint8 is expected, in the model's input shape")
    return PixelArray(array.shape, array.tobytes())


def _is_pil(image: object) -> "TypeGuard[PilImage]":
    """Whether it is a PIL image, without importing PIL: a program that has one has imported it."""
    pil = sys.modules.get("PIL.Image")
    return pil is not None and isinstance(image, pil.Image)


def _as_png(image: "PilImage") -> bytes:
    """The image as a PNG: lossless, with the EXIF orientation applied, as the server would decode the original file."""
    from PIL import ImageOps

    try:
        turned: Any = ImageOps.exif_transpose(image)
        if turned.mode in ("La", "RGBa"):  # PIL converts these modes only to their counterparts
            turned = turned.convert(turned.mode.replace("a", "A"))
        if turned.mode == "I" and turned.getextrema()[1] <= 255:  # larger values are written as 16 bits
            turned = turned.convert("L")
        if turned.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"):
            turned = turned.convert("RGB")
        file = io.BytesIO()
        turned.save(file, "PNG", compress_level=1)
    except (OSError, ValueError, SyntaxError) as error:  # PIL decodes a file lazily, here
        raise ImageError(f"cannot be read: {error}") from error
    return file.getvalue()
