"""lenet-trainer verify: check that the lecture's definition, PyTorch and ONNX Runtime agree about a model.

lenet-trainer verify models/lenet/1/model.onnx --dataset mnist
"""

import argparse
import os
from pathlib import Path

from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.cli.progress_display import stderr_progress
from lenet_trainer.settings import DataSettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("model", type=Path, metavar="MODEL.onnx", help="the published file")
    add_options(parser, DataSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the largest differences; the exit status is 1 if the implementations disagree."""
    settings = read_settings(DataSettings, arguments, os.environ)
    from lenet_trainer.cli.tables import parity_lines
    from lenet_trainer.datasets.loader import load
    from lenet_trainer.export.model_file import read_model
    from lenet_trainer.export.verification import verify

    model = read_model(arguments.model)
    with stderr_progress() as progress:
        parity = verify(model, load(model.completed(settings), progress), progress)
    for line in parity_lines(parity):
        print(line)
    return 0 if parity.passed else 1
