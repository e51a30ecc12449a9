"""lenet-trainer evaluate: count how many test pictures a published model gets right.

lenet-trainer evaluate models/lenet/1/model.onnx --dataset mnist
lenet-trainer evaluate models/lenet/1/model.onnx --dataset digits --json
"""

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from lenet_trainer.cli.bars import stderr_progress
from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.settings import DataSettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("model", type=Path, metavar="MODEL.onnx", help="the published file")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a sentence")
    add_options(parser, DataSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the accuracy on the test split, computed by ONNX Runtime."""
    settings = read_settings(DataSettings, arguments, os.environ)
    from lenet_trainer.cli.tables import accuracy_line
    from lenet_trainer.datasets import load
    from lenet_trainer.evaluate import evaluate
    from lenet_trainer.model_file import read_model

    model = read_model(arguments.model)
    with stderr_progress() as progress:
        dataset = load(settings, progress)
    result = evaluate(model, dataset)
    if arguments.json:
        print(json.dumps({"dataset": dataset.name, **asdict(result), "accuracy": result.accuracy}))
    else:
        print(accuracy_line(result.right, result.images))
    return 0
