"""The options that say what is asked about a picture, for every command that asks."""

import argparse

from lenet_client.cli.argument_types import at_least_one, model


def add_model_arguments(command: argparse.ArgumentParser, labels: str) -> None:
    """Add them to a command; `labels` says how many labels it has."""
    command.add_argument(
        "--model",
        default="",
        type=model,
        metavar="NAME[:VERSION]",
        help="VERSION is a number or a label, such as stable; default: the server's only model, newest",
    )
    command.add_argument("--top-k", default=0, type=at_least_one, metavar="K", help=labels)
