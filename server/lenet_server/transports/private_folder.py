"""A temporary folder for the socket between the native transport and its fallback."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 writable also in a container with a read-only file system


class PrivateFolder:
    """A folder that only this user can enter, until close().

    Attributes: `path`, valid in this process. On Linux it is short at any depth of the folder: a socket's path may have
    107 bytes at most.
    """

    def __init__(self) -> None:
        try:
            self._folder = TemporaryDirectory(prefix="lenet-")
        except FileNotFoundError:
            self._folder = TemporaryDirectory(prefix="lenet-", dir=SHARED_MEMORY)
        self.path = Path(self._folder.name)
        self._opened: int | None = None
        if sys.platform == "linux":
            self._opened = os.open(self.path, os.O_PATH | os.O_DIRECTORY)
            self.path = Path(f"/proc/self/fd/{self._opened}")

    def close(self) -> None:
        """Remove the folder."""
        if self._opened is not None:
            os.close(self._opened)
        self._folder.cleanup()
