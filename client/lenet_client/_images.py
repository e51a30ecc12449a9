"""From what a caller has in hand to what is sent of it. Nothing is decoded or scaled here."""

import io
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeGuard

from lenet_client._errors import ImageError
from lenet_client._file_reader import read_file

# The server's own limit for one picture. Checked here too: a film in a folder of pictures is not worth reading.
MAX_IMAGE_BYTES = 32 * 2**20

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as PilImage


class BinaryFile(Protocol):
    """A file that is open for bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """So many bytes at most, all by default. Raises OSError."""


ImageInput: TypeAlias = "str | os.PathLike[str] | bytes | BinaryFile | NDArray[np.uint8] | PilImage"
"""A path, the bytes of a picture file, an open binary file, a PIL image, or an array uint8 of exactly the model's
input shape."""


class Pixels(NamedTuple):
    """An array of the model's input shape: its shape and its bytes, row-major."""

    shape: tuple[int, ...]
    data: bytes


Content: TypeAlias = bytes | Pixels
"""A picture file as it is, or pixels."""


def content_of(image: ImageInput) -> Content:
    """What is sent. Raises ImageError where a file cannot be read, TypeError for what is no image."""
    if isinstance(image, bytes | bytearray | memoryview):
        return _checked(bytes(image), None)
    if hasattr(image, "dtype") and hasattr(image, "tobytes"):
        return _pixels(image)
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
    """The path, where the image is given as one."""
    return os.fspath(image) if isinstance(image, str | os.PathLike) else None


def _read(path: str | os.PathLike[str]) -> bytes:
    try:
        content = read_file(path, MAX_IMAGE_BYTES)
    except OSError as error:
        raise ImageError(f"cannot be read: {error.strerror}", os.fspath(path)) from error
    except ValueError as error:  # a path with a NUL in it
        raise ImageError(f"cannot be read: {error}", os.fspath(path)) from error
    return _checked(content, os.fspath(path))


def _checked(content: object, path: str | None) -> bytes:
    if not isinstance(content, bytes):
        raise TypeError(f"the file gives {type(content).__name__}, not bytes: open it with 'rb'")
    if len(content) > MAX_IMAGE_BYTES:
        raise ImageError(f"larger than {MAX_IMAGE_BYTES:,} bytes: no picture of this size is sent", path)
    return content


def _pixels(array: Any) -> Pixels:
    """An array by its looks, so that NumPy is needed only by those who use it."""
    if getattr(array.dtype, "str", "") != "|u1":  # uint8; its name takes NumPy longer than all the rest here
        raise ImageError(f"the array is {array.dtype}: uint8 is expected, in the model's input shape")
    return Pixels(array.shape, array.tobytes())


def _is_pil(image: object) -> "TypeGuard[PilImage]":
    """Whether it is a PIL image: who has one has loaded PIL."""
    pil = sys.modules.get("PIL.Image")
    return pil is not None and isinstance(image, pil.Image)


def _as_png(image: "PilImage") -> bytes:
    """The picture as the server would read it from its file: turned as its camera says, and without loss."""
    from PIL import ImageOps

    try:
        turned: Any = ImageOps.exif_transpose(image)
        if turned.mode in ("La", "RGBa"):  # PIL knows but one way out of these
            turned = turned.convert(turned.mode.replace("a", "A"))
        if turned.mode == "I" and turned.getextrema()[1] <= 255:  # what is larger goes into 16 bits
            turned = turned.convert("L")
        if turned.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"):
            turned = turned.convert("RGB")
        file = io.BytesIO()
        turned.save(file, "PNG", compress_level=1)
    except (OSError, ValueError, SyntaxError) as error:  # PIL reads a file when it is asked for its pixels
        raise ImageError(f"cannot be read: {error}") from error
    return file.getvalue()
