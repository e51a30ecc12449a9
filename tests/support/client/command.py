"""`lenet` commands in tests: run by main() in the test's process, or as a process of their own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import Any


@dataclass(frozen=True)
class CommandResult:
    """The exit status of a command and what it wrote to standard output and standard error."""

    status: int
    out: str
    err: str


Command = Callable[..., CommandResult]
"""Runs `lenet` in the test's process, with the arguments it is called with."""

Lenet = Callable[..., CompletedProcess[str]]
"""Runs `lenet` as a process, with the arguments it is called with."""


def json_lines(text: str) -> list[dict[str, Any]]:
    """The objects of JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]
