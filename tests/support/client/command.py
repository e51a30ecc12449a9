"""The result of a `lenet` command that a test has run in its own process."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class CommandResult:
    """The exit status of a command and what it wrote to standard output and standard error."""

    status: int
    out: str
    err: str


Command = Callable[..., CommandResult]
