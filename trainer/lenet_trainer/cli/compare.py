"""lenet-trainer compare: LeNet and its variants compared with baselines on the same images and machine.

lenet-trainer compare --dataset mnist --output comparison
lenet-trainer compare --dataset mnist --quick
"""

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.cli.progress_display import stderr_progress
from lenet_trainer.errors import OutputError
from lenet_trainer.settings import CompareSettings

# With --quick: enough images to rank the methods in a minute or two, and smaller batches for as many steps.
QUICK_TRAIN, QUICK_TEST, QUICK_BATCH = 5000, 2000, 64
FULL_BATCH = 128


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument(
        "--quick", action="store_true", help=f"train on {QUICK_TRAIN:,} images and test on {QUICK_TEST:,}"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--output", type=Path, metavar="DIR", help="write comparison.json and comparison.png there")
    add_options(parser, CompareSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each estimator, and plot them if asked."""
    settings = read_settings(CompareSettings, arguments, os.environ)
    import torch

    from lenet_trainer.baselines.comparison import compare, limited_threads, reduced
    from lenet_trainer.baselines.estimator import Estimator
    from lenet_trainer.baselines.networks import networks
    from lenet_trainer.baselines.scikit_learn import scikit_learn_estimators
    from lenet_trainer.cli.comparison_table import comparison_lines
    from lenet_trainer.datasets.loader import load
    from lenet_trainer.plots.output_folder import make_folder

    if arguments.output:
        make_folder(arguments.output)
    threads = settings.threads or torch.get_num_threads()
    with stderr_progress() as progress, limited_threads(threads):
        dataset = load(settings, progress)
        if arguments.quick:
            dataset = reduced(dataset, QUICK_TRAIN, QUICK_TEST, settings.seed)
        batch_size = QUICK_BATCH if arguments.quick else FULL_BATCH
        estimators: list[Estimator] = [
            *scikit_learn_estimators(),
            *networks(settings.epochs, settings.seed, batch_size),
        ]
        results = compare(dataset, estimators, progress)
    report = {
        "dataset": dataset.name,
        "train_images": len(dataset.train_images),
        "test_images": len(dataset.test_images),
        "threads": threads,
        "results": [asdict(result) for result in results],
    }
    text = json.dumps(report, ensure_ascii=False)
    print(text if arguments.json else "\n".join(comparison_lines(results)))
    if arguments.output:
        from lenet_trainer.plots.comparison import draw_comparison

        title = f"{dataset.name}: {len(dataset.train_images):,} to train, {len(dataset.test_images):,} to test"
        drawing = draw_comparison(results, title, arguments.output / "comparison.png")
        try:
            (arguments.output / "comparison.json").write_text(f"{text}\n")
        except OSError as error:
            raise OutputError(f"{arguments.output} cannot be written: {error.strerror}") from error
        if not arguments.json:
            print(drawing)
    return 0
