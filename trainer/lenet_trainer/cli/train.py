"""lenet-trainer train: train a model, verify it, publish it.

lenet-trainer train --dataset mnist --data-dir data --output models/lenet
lenet-trainer train --dataset digits --output trial --max-steps 30
lenet-trainer train --dataset folder --data-dir flowers --height 32 --width 32 --output models/flowers
lenet-trainer train --dataset idx --data-dir fashion-mnist --output models/fashion
lenet-trainer train --dataset mnist --output models/lenet --resume   # after an interruption
"""

import argparse
import os
import sys
from datetime import UTC, datetime

from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.cli.progress_display import stderr_progress
from lenet_trainer.settings import TrainSettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    add_options(parser, TrainSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train and publish; the last line on stdout is the folder of the published version."""
    settings = read_settings(TrainSettings, arguments, os.environ)
    import torch  # takes seconds, so not before --help and wrong flags are handled

    from lenet_trainer.cli.tables import accuracy_line, parity_lines
    from lenet_trainer.pipeline import CHECKPOINTS, train_and_publish

    if settings.threads:
        torch.set_num_threads(settings.threads)
    try:
        with stderr_progress() as progress:
            outcome = train_and_publish(settings, datetime.now(UTC), progress)
    except KeyboardInterrupt:
        if (settings.output / CHECKPOINTS).is_dir():
            print("there is a checkpoint: run the same command with --resume to continue", file=sys.stderr)
        raise
    print(accuracy_line(outcome.parity.right, outcome.parity.images))
    for line in parity_lines(outcome.parity):
        print(line)
    print(outcome.path)
    return 0
