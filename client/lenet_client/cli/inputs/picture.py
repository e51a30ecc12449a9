"""A picture to classify: its path in the results, and the image that is passed to the library."""

from typing import NamedTuple, NoReturn

from lenet_client import ImageInput


class Unreadable:
    """An image whose read() raises OSError with a reason, which becomes the error of this picture alone."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def read(self, _size: int = -1, /) -> NoReturn:
        """Raise OSError with the reason."""
        raise OSError(self.reason)


class Picture(NamedTuple):
    """A picture and its path in the results; the path of an archive member is `archive.zip/inner/name.png`."""

    path: str
    image: ImageInput
    """The same path, or the content of an archive member, or Unreadable."""

    @property
    def is_file(self) -> bool:
        """Whether it is a file of its own, not an archive member."""
        return self.image is self.path
