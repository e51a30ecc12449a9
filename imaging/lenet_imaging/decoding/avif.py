"""AVIF: the boxes of a file that tell its size, and the turns that it asks for."""

from lenet_imaging.decoding.encoded import Encoded
from lenet_imaging.errors import ImageError


def parse(data: bytes) -> Encoded:
    """Raises ImageError: not read yet."""
    raise ImageError("AVIF is not read: save it as JPEG, PNG or WebP")
