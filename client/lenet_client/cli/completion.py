"""`lenet completion SHELL`: prints the script with which a shell completes the command line."""

import argparse
from collections.abc import Iterator

import shtab

from lenet_client.cli.exit_status import ExitStatus
from lenet_client.cli.parser import build_parser

COMPLETIONS = {"PATH": shtab.FILE, "FILE": shtab.FILE, "DIR": shtab.DIRECTORY}  # by the metavar of an option


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    parser = build_parser({})
    for action in _actions(parser):
        if isinstance(action.metavar, str) and action.metavar in COMPLETIONS:
            action.complete = COMPLETIONS[action.metavar]  # type: ignore[attr-defined]  # the attribute that shtab reads
    print(shtab.complete(parser, options.shell))
    return ExitStatus.OK


def _actions(command: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The options and arguments of a command and of its sub-commands."""
    for action in command._actions:  # noqa: SLF001 argparse has no public list of them
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for command_below in action.choices.values():
                yield from _actions(command_below)
