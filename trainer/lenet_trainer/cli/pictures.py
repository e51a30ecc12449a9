"""lenet-trainer pictures: write a dataset as PNG files, in folders named by label.

lenet-trainer pictures --dataset mnist --split test --output pictures
lenet classify pictures --labels-from-folders

lenet-trainer pictures --dataset mnist --disturbed all --count 200 --output photographs
lenet classify photographs/shadow --labels-from-folders
"""

import argparse
import os
from pathlib import Path

from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.cli.progress_display import stderr_progress
from lenet_trainer.errors import SettingsError
from lenet_trainer.settings import DataSettings, DisturbanceSettings

ALL = "all"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("--split", choices=("train", "test"), default="test", help="which pictures; default test")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    add_options(parser, DataSettings)
    add_options(parser, DisturbanceSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the pictures and say how many there are."""
    settings = read_settings(DataSettings, arguments, os.environ)
    disturbance = read_settings(DisturbanceSettings, arguments, os.environ)
    from lenet_trainer.corruptions.kinds import KINDS
    from lenet_trainer.datasets.image_writer import make_empty, write_disturbed, write_pictures
    from lenet_trainer.datasets.loader import load

    kinds = _kinds(disturbance.disturbed, tuple(KINDS))
    make_empty(arguments.output)  # before the data, which may have to be downloaded
    with stderr_progress() as progress:
        dataset = load(settings, progress)
        if kinds:
            amount, seed = disturbance.count, disturbance.seed
            count = write_disturbed(dataset, arguments.split, kinds, amount, seed, arguments.output, progress)
        else:
            count = write_pictures(dataset, arguments.split, arguments.output, progress)
    print(f"{count:,} pictures in {arguments.output}")
    return 0


def _kinds(wanted: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of disturbance that a list with commas names."""
    if wanted is None:
        return ()
    kinds = known if wanted == ALL else tuple(wanted.split(","))
    for kind in kinds:
        if kind not in known:
            raise SettingsError(f"--disturbed knows no {kind!r}: {ALL}, or some of {', '.join(known)}")
    return kinds
