"""A folder for sockets between parts of this server."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 writable where the rest of a container's file system is not


class PrivateFolder:
    """A folder that only this user can enter, from its making to close().

    Attributes: `path`, by which this process reaches it. A socket's name has room for a hundred bytes, so on Linux the
    path is short however deep the folder lies.
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
        """Remove it."""
        if self._opened is not None:
            os.close(self._opened)
        self._folder.cleanup()
