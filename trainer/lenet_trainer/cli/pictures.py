"""lenet-trainer pictures: write a dataset as PNG files, in folders named by label.

lenet-trainer pictures --dataset mnist --split test --output pictures
lenet classify pictures --labels-from-folders
"""

import argparse
import os
from pathlib import Path

from lenet_trainer.cli.bars import stderr_progress
from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.settings import DataSettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("--split", choices=("train", "test"), default="test", help="which pictures; default test")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    add_options(parser, DataSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the pictures and say how many there are."""
    settings = read_settings(DataSettings, arguments, os.environ)
    from lenet_trainer.datasets import load
    from lenet_trainer.pictures import make_empty, write_pictures

    make_empty(arguments.output)  # before the data, which may have to be downloaded
    with stderr_progress() as progress:
        count = write_pictures(load(settings, progress), arguments.split, arguments.output, progress)
    print(f"{count:,} pictures in {arguments.output}")
    return 0
