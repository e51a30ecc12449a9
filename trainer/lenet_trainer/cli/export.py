"""lenet-trainer export: write a published model's ONNX file anew, with the same weights, verify it and publish it.

lenet-trainer export models/lenet/1/model.onnx --dataset mnist --output models/lenet
lenet-trainer export models/lenet/2/model.onnx --dataset mnist --graph plain --output lecture
"""

import argparse
import os
from pathlib import Path

from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.cli.progress_display import stderr_progress
from lenet_trainer.settings import ExportSettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("model", type=Path, metavar="MODEL.onnx", help="the published file")
    add_options(parser, ExportSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Publish the model as the next version; the last line on stdout is its folder."""
    settings = read_settings(ExportSettings, arguments, os.environ)
    from lenet_trainer.cli.tables import parity_lines
    from lenet_trainer.datasets.loader import load
    from lenet_trainer.export.model_file import read_model
    from lenet_trainer.export.reexport import reexport

    model = read_model(arguments.model)
    with stderr_progress() as progress:
        dataset = load(model.completed(settings), progress)
        parity, path = reexport(arguments.model, model, dataset, settings.graph, settings.output, progress)
    for line in parity_lines(parity):
        print(line)
    print(path)
    return 0
