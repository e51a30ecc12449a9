"""The options by which a command speaks to servers of other makes."""

import argparse
from pathlib import Path


def add_protocol(command: argparse.ArgumentParser) -> None:
    """Add them to a command."""
    command.add_argument(
        "--protocol",
        choices=("lenet", "oip"),
        default="lenet",
        help="oip: the Open Inference Protocol of Triton, MLServer and others (default: lenet)",
    )
    command.add_argument(
        "--fit",
        choices=("ink", "resize"),
        help="with oip: how pictures are brought into the model's form, as the model was trained; "
        "needs lenet-client[oip]",
    )
    command.add_argument(
        "--labels", type=_labels, metavar="FILE", help="with oip: the model's labels, one a line, in its order"
    )


def _labels(file: str) -> list[str]:
    try:
        labels = Path(file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{file} cannot be read: {error}") from error
    if not labels:
        raise argparse.ArgumentTypeError(f"{file} has no labels")
    return labels
