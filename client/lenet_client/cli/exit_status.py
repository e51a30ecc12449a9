"""The exit statuses of `lenet`."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the shell is told at the end."""

    OK = 0
    """All pictures were classified; the server is healthy."""
    FAILED = 1
    """Some pictures could not be classified, each with its reason; the server is not healthy."""
    USAGE = 2
    """The command cannot be carried out as it was given."""
    UNREACHABLE = 3
    """The server gave no answer: not there, not in time, too busy, or failing."""
    INTERRUPTED = 130
    """Ended by Ctrl-C, as shells count it."""
