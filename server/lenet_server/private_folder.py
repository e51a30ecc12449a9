"""A folder for sockets between parts of this server."""

from pathlib import Path
from tempfile import TemporaryDirectory

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 writable where the rest of a container's file system is not


def private_folder() -> TemporaryDirectory[str]:
    """A folder that only this user can enter, for the socket between the front and the server behind it."""
    try:
        return TemporaryDirectory(prefix="lenet-")
    except FileNotFoundError:
        return TemporaryDirectory(prefix="lenet-", dir=SHARED_MEMORY)
