"""`lenet completion SHELL` prints what makes a shell complete the command line."""

import argparse
from collections.abc import Iterator

import shtab

from lenet_client.cli.exit_status import ExitStatus
from lenet_client.cli.parser import build_parser

COMPLETED_AS = {"PATH": shtab.FILE, "FILE": shtab.FILE, "DIR": shtab.DIRECTORY}  # by what stands in the help


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    whole = build_parser({})
    for action in _actions(whole):
        if isinstance(action.metavar, str) and action.metavar in COMPLETED_AS:
            action.complete = COMPLETED_AS[action.metavar]  # type: ignore[attr-defined]  # shtab's way to be told
    print(shtab.complete(whole, options.shell))
    return ExitStatus.OK


def _actions(command: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All options and arguments of a command and of those below it."""
    for action in command._actions:  # noqa: SLF001 argparse has no public list of them
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for below in action.choices.values():
                yield from _actions(below)
