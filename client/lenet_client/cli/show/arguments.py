"""The options of `lenet show`."""

import argparse

from lenet_client.cli.model_arguments import add_model_arguments

DESCRIPTION = """
Draw a picture, the input that the model received for it, and the scores as bars: in the terminal, or with --output in a
PNG file. Exit status: 0 drawn, 1 the picture cannot be classified, 2 usage, 3 server unreachable.
"""


def add_show_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options to the command."""
    command.add_argument("picture", metavar="PICTURE", help="a picture file")
    add_model_arguments(command, "labels (default: up to ten)")
    command.add_argument("--output", metavar="FILE", help="write a PNG file instead of drawing in the terminal")
    command.add_argument("--json", action="store_true", help="print JSON, including the input's pixels")
