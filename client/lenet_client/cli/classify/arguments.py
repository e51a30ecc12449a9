"""The options of `lenet classify`."""

import argparse
from pathlib import Path

from lenet_client.cli.argument_types import at_least_one, lines, score, seconds
from lenet_client.cli.model_arguments import add_model_arguments

DESCRIPTION = """
Classify picture files: those that are named, all files in folders and their sub-folders, those that match a pattern
such as 'scans/**/*.png', and those in zip and tar archives, in a stable order. Results go to standard output, progress
to standard error. Exit status: 0 all classified, 1 some pictures failed, 2 usage, 3 no answer from the server.
"""


def add_classify_arguments(command: argparse.ArgumentParser) -> None:
    """Add them to the command."""
    command.add_argument(
        "paths", nargs="+", metavar="PATH", help="a picture, folder, archive or pattern; - for a list on standard input"
    )
    command.add_argument("--null", action="store_true", help="the list's paths end with NUL, as from find -print0")
    add_model_arguments(command, "labels for each picture")
    command.add_argument(
        "--min-score", type=score, metavar="SCORE", help="mark results with a lower score as uncertain (0 to 1)"
    )
    _results(command.add_argument_group("results"))
    _sorting(command.add_argument_group("sorting pictures into folders"))
    _server(command.add_argument_group("the server"))
    loudness = command.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="no progress and no summary")
    loudness.add_argument("--verbose", action="store_true", help="name the model, and each failure as it comes")


def _server(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--patience",
        default=30.0,
        type=seconds,
        metavar="SECONDS",
        help="longest wait for a server that is away, restarts or is too busy (default: 30)",
    )
    group.add_argument(
        "--connections",
        default=4,
        type=at_least_one,
        metavar="N",
        help="connections at most: each reaches one process of the server (default: 4)",
    )
    group.add_argument(
        "--fit",
        choices=("ink", "resize"),
        help="--protocol oip: bring pictures into the model's form here, as it was trained "
        '(needs pip install "lenet-client[oip]")',
    )
    group.add_argument(
        "--labels",
        type=lines,
        metavar="FILE",
        help="--protocol oip: the model's labels, one a line, where the server does not tell them",
    )


def _results(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--format", choices=("table", "csv", "jsonl", "parquet"), default="table")
    group.add_argument("--output", metavar="FILE", help="write results here; the file appears when it is whole")
    group.add_argument(
        "--resume", action="store_true", help="go on with FILE.part of an earlier run, if there is one (jsonl)"
    )
    group.add_argument(
        "--labels-from-folders",
        action="store_true",
        help="take each picture's folder for its true label; report accuracy, confusion matrix and worst mistakes",
    )
    group.add_argument("--error-on-failure", action="store_true", help="stop at the first picture that fails")


def _sorting(group: argparse._ArgumentGroup) -> None:
    where = group.add_mutually_exclusive_group()
    where.add_argument(
        "--copy-to", type=Path, metavar="DIR", help="copy each picture to DIR/<label>; the uncertain are left out"
    )
    where.add_argument("--move-to", type=Path, metavar="DIR", help="the same, and take it away where it was")
    group.add_argument("--dry-run", action="store_true", help="only say what would be copied or moved")
