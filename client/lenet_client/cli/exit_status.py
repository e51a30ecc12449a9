"""The exit statuses of `lenet`."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """How a command ended."""

    OK = 0
    """Every picture was classified; the server is serving."""
    FAILED = 1
    """Some pictures could not be classified, each with its reason; the server is not serving."""
    USAGE = 2
    """The command is invalid, or a file or the disk prevents it."""
    UNREACHABLE = 3
    """No response: the server is unreachable, too slow, busy, or failing."""
    INTERRUPTED = 130
    """Ended by Ctrl-C: 128 + SIGINT, as shells count it."""
