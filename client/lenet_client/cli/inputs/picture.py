"""One picture to be classified: where it is said to be, and what the library is given for it."""

from typing import NamedTuple, NoReturn

from lenet_client import ImageInput


class Unreadable:
    """Stands in for a file that cannot be had: whoever reads it learns why, and its neighbours are not concerned."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def read(self, _size: int = -1, /) -> NoReturn:
        """Raise OSError with the reason."""
        raise OSError(self.reason)


class Picture(NamedTuple):
    """A picture by the path that results show for it; a member of an archive is `archive.zip/inner/name.png`."""

    path: str
    image: ImageInput
    """The path once more, or what was read from an archive."""

    @property
    def is_file(self) -> bool:
        """Whether it is a file of its own, not a part of an archive."""
        return self.image is self.path
