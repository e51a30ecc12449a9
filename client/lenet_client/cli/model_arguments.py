"""The options that select a model and the number of labels."""

import argparse

from lenet_client.cli.argument_types import model, whole_number


def add_model_arguments(command: argparse.ArgumentParser, top_k_help: str) -> None:
    """Add the options to a command."""
    command.add_argument(
        "--model",
        default="",
        type=model,
        metavar="NAME[:VERSION]",
        help="VERSION is a number or an alias such as stable; default: the server's only model, newest version",
    )
    command.add_argument("--top-k", default=0, type=whole_number, metavar="K", help=top_k_help)
