"""lenet-trainer pictures: write a dataset as image files, in folders named by label.

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
from lenet_trainer.settings import CorruptionSettings, DataSettings

ALL = "all"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("--split", choices=("train", "test"), default="test", help="which images; default test")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    add_options(parser, DataSettings)
    add_options(parser, CorruptionSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the images and print their number."""
    settings = read_settings(DataSettings, arguments, os.environ)
    corruption = read_settings(CorruptionSettings, arguments, os.environ)
    from lenet_trainer.corruptions.image_writer import write_corrupted
    from lenet_trainer.corruptions.kinds import KINDS
    from lenet_trainer.datasets.image_writer import make_empty, write_pictures
    from lenet_trainer.datasets.loader import load

    kinds = _kinds(corruption.disturbed, tuple(KINDS))
    make_empty(arguments.output)  # before the data, which may have to be downloaded
    with stderr_progress() as progress:
        dataset = load(settings, progress)
        if kinds:
            amount, seed = corruption.count, corruption.seed
            count = write_corrupted(dataset, arguments.split, kinds, amount, seed, arguments.output, progress)
        else:
            count = write_pictures(dataset, arguments.split, arguments.output, progress)
    print(f"{count:,} pictures in {arguments.output}")
    return 0


def _kinds(wanted: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds of corruption in a comma-separated list; raises SettingsError for an unknown one."""
    if wanted is None:
        return ()
    kinds = known if wanted == ALL else tuple(wanted.split(","))
    for kind in kinds:
        if kind not in known:
            raise SettingsError(f"--disturbed: unknown kind {kind!r}; choose {ALL}, or some of {', '.join(known)}")
    return kinds
