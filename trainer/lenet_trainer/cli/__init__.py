"""The command line `lenet-trainer`: one module per command, chosen here.

    lenet-trainer train --dataset mnist --data-dir data --output models/lenet
    lenet-trainer evaluate models/lenet/1/model.onnx --dataset mnist
    lenet-trainer verify models/lenet/1/model.onnx --dataset mnist
    lenet-trainer export models/lenet/1/model.onnx --dataset mnist --output models/lenet
    lenet-trainer pictures --dataset mnist --split test --output pictures
    lenet-trainer summary --channels 3 --height 32 --width 32
    lenet-trainer compare --dataset mnist --quick
    lenet-trainer filters picture.jpg --model models/lenet/1/model.onnx --output drawings

Exit status: 0 done, 1 failed or refused, 2 wrong usage, 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from lenet_trainer.cli import compare, evaluate, export, filters, pictures, summary, train, verify
from lenet_trainer.errors import SettingsError, TrainerError

__all__ = ["main"]

COMMANDS = {
    "train": ("train a model, verify it and publish it", train.configure),
    "evaluate": ("evaluate a model: accuracy, calibration, robustness to shifts, worst mistakes", evaluate.configure),
    "verify": ("check that the NumPy definition, PyTorch and ONNX Runtime agree about a model", verify.configure),
    "export": ("write a published model's ONNX file anew, verify it and publish it", export.configure),
    "summary": ("list a network's layers: shapes, parameters, multiply-adds, receptive fields", summary.configure),
    "filters": ("plot an image through the lecture's kernels, or through a model's layers", filters.configure),
    "compare": ("compare LeNet with baselines trained on the same images", compare.configure),
    "pictures": ("write a dataset as PNG files in folders named by label", pictures.configure),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; `argv` defaults to the process's arguments."""
    purpose = "Trains LeNet and publishes it as a verified ONNX model."
    parser = argparse.ArgumentParser("lenet-trainer", description=purpose)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('lenet-trainer')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (what, configure) in COMMANDS.items():
        sentence = f"{what[0].upper()}{what[1:]}."
        configure(commands.add_parser(name, help=what, description=sentence, allow_abbrev=False))
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except SettingsError as error:
        return fail(str(error), 2)
    except TrainerError as error:
        return fail(str(error), 1)
    except KeyboardInterrupt:
        return fail("interrupted", 130)
    except BrokenPipeError:  # the reader of the output, such as `head`, has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def fail(message: str, status: int) -> int:
    """Print an error line and return the exit status."""
    print(f"lenet-trainer: {message}", file=sys.stderr)
    return status
