"""The command line `lenet-trainer`: one module per command, and here the choice among them.

    lenet-trainer train --dataset mnist --data-dir data --output models/lenet
    lenet-trainer evaluate models/lenet/1/model.onnx --dataset mnist
    lenet-trainer verify models/lenet/1/model.onnx --dataset mnist
    lenet-trainer pictures --dataset mnist --split test --output pictures

Exit status: 0 done, 1 failed or refused, 2 wrong usage, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from lenet_trainer.cli import evaluate, pictures, train, verify
from lenet_trainer.errors import SettingsError, TrainerError

__all__ = ["main"]

COMMANDS = {
    "train": ("train a model, verify it and publish it", train.configure),
    "evaluate": ("count how many test pictures a model gets right", evaluate.configure),
    "verify": ("check that the definition, PyTorch and ONNX Runtime agree about a model", verify.configure),
    "pictures": ("write a dataset as PNG files in folders named by label", pictures.configure),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; `argv` is the process's arguments where not given."""
    purpose = "Trains LeNet and publishes it as a verified ONNX model."
    parser = argparse.ArgumentParser("lenet-trainer", description=purpose)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('lenet-trainer')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (summary, configure) in COMMANDS.items():
        sentence = f"{summary[0].upper()}{summary[1:]}."
        configure(commands.add_parser(name, help=summary, description=sentence, allow_abbrev=False))
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except SettingsError as error:
        return fail(str(error), 2)
    except TrainerError as error:
        return fail(str(error), 1)
    except KeyboardInterrupt:
        return fail("interrupted", 130)
    return status


def fail(message: str, status: int) -> int:
    """Print one line about what went wrong and return the exit status."""
    print(f"lenet-trainer: {message}", file=sys.stderr)
    return status
