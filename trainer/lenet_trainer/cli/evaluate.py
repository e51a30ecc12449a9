"""lenet-trainer evaluate: a published model's accuracy, calibration, robustness to shifts and worst mistakes.

lenet-trainer evaluate models/lenet/1/model.onnx --dataset mnist
lenet-trainer evaluate models/lenet/1/model.onnx --dataset digits --output drawings
lenet-trainer evaluate models/flowers/1/model.onnx --dataset folder --data-dir flowers --json
"""

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.cli.progress_display import stderr_progress
from lenet_trainer.settings import DataSettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("model", type=Path, metavar="MODEL.onnx", help="the published file")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="write confusion.png, reliability.png, shifts.png and mistakes.png there",
    )
    add_options(parser, DataSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the evaluation on the test split, and plot it if asked."""
    settings = read_settings(DataSettings, arguments, os.environ)
    from lenet_trainer.cli.evaluation_tables import evaluation_lines
    from lenet_trainer.datasets.loader import load
    from lenet_trainer.export.model_file import read_model
    from lenet_trainer.metrics.evaluation import evaluate
    from lenet_trainer.plots.output_folder import make_folder

    model = read_model(arguments.model)
    if arguments.output:
        make_folder(arguments.output)
    with stderr_progress() as progress:
        dataset = load(model.completed(settings), progress)
        if dataset.name == model.metadata.dataset and dataset.sha256 != model.metadata.dataset_sha256:
            progress.say("these are not the images that the model was published with: other data, or another split")
    result = evaluate(model, dataset)
    if arguments.json:
        measured = asdict(result) | {"confusion": result.confusion.tolist()}
        names = {"dataset": dataset.name, "dataset_sha256": dataset.sha256, "labels": dataset.labels}
        print(json.dumps(names | {"accuracy": result.accuracy} | measured, ensure_ascii=False))
    else:
        print("\n".join(evaluation_lines(result, dataset.labels)))
    if arguments.output:
        from lenet_trainer.plots.evaluation import draw_evaluation  # matplotlib is slow to import

        for path in draw_evaluation(result, dataset, arguments.output):
            if not arguments.json:
                print(path)
    return 0
