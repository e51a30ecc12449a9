"""The options of `lenet show`."""

import argparse

from lenet_client.cli.model_arguments import add_model_arguments

DESCRIPTION = """
Draw a picture beside what the model was given of it, and the scores as bars: in the terminal, or with --output in a PNG
file. Exit status: 0 drawn, 1 the picture cannot be classified, 2 usage, 3 no answer from the server.
"""


def add_show_arguments(command: argparse.ArgumentParser) -> None:
    """Add them to the command."""
    command.add_argument("picture", metavar="PICTURE", help="a picture file")
    add_model_arguments(command, "labels; default: up to ten")
    command.add_argument("--output", metavar="FILE", help="draw into this PNG file, not in the terminal")
    command.add_argument("--json", action="store_true", help="print JSON, the input's pixels among it")
