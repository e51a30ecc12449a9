"""The options of `lenet classify`."""

import argparse
from pathlib import Path

from lenet_client.cli.argument_types import lines, score, seconds, whole_number
from lenet_client.cli.model_arguments import add_model_arguments

DESCRIPTION = """
Classify pictures: files, all files in folders and their sub-folders, files that match a pattern such as
'scans/**/*.png', and files in zip and tar archives, in a stable order. Results go to standard output, progress to
standard error. Exit status: 0 all classified, 1 some pictures failed, 2 usage, 3 server unreachable.
"""


def add_classify_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options to the command."""
    command.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, folder, archive or pattern; - for a list on standard input"
    )
    command.add_argument("--null", action="store_true", help="paths in the list end with NUL, as from find -print0")
    add_model_arguments(command, "labels per picture (default: 3)")
    command.add_argument(
        "--min-score", type=score, metavar="SCORE", help="mark results with a lower score as uncertain (0 to 1)"
    )
    _add_result_arguments(command.add_argument_group("results"))
    _add_sorting_arguments(command.add_argument_group("sorting pictures into folders"))
    _add_server_arguments(command.add_argument_group("the server"))
    verbosity = command.add_mutually_exclusive_group()
    verbosity.add_argument("--quiet", action="store_true", help="print no progress and no summary")
    verbosity.add_argument("--verbose", action="store_true", help="print the model, and each failure as it occurs")


def _add_server_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--patience",
        default=30.0,
        type=seconds,
        metavar="SECONDS",
        help="retry requests this long while the server is unreachable, restarting or busy (default: 30)",
    )
    group.add_argument(
        "--connections",
        default=4,
        type=whole_number,
        metavar="N",
        help="maximum number of connections; each reaches one server process (default: 4)",
    )
    group.add_argument(
        "--fit",
        choices=("ink", "resize"),
        help="with --protocol oip: how pictures are preprocessed, which must match the model's training "
        '(needs pip install "lenet-client[oip]")',
    )
    group.add_argument(
        "--labels",
        type=lines,
        metavar="FILE",
        help="with --protocol oip: the model's labels, one per line, for servers that do not report them",
    )


def _add_result_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--format", choices=("table", "csv", "jsonl", "parquet"), default="table")
    group.add_argument("--output", metavar="FILE", help="write results to FILE, which appears when it is complete")
    group.add_argument(
        "--resume", action="store_true", help="continue from FILE.part of an interrupted run, if there is one (jsonl)"
    )
    group.add_argument(
        "--labels-from-folders",
        action="store_true",
        help="use the name of each picture's folder as its true label; report accuracy and confusion matrix",
    )
    group.add_argument("--error-on-failure", action="store_true", help="stop at the first picture that fails")


def _add_sorting_arguments(group: argparse._ArgumentGroup) -> None:
    target = group.add_mutually_exclusive_group()
    target.add_argument(
        "--copy-to", type=Path, metavar="DIR", help="copy each picture to DIR/<label>, except uncertain ones"
    )
    target.add_argument(
        "--move-to", type=Path, metavar="DIR", help="move each picture to DIR/<label>, except uncertain ones"
    )
    group.add_argument("--dry-run", action="store_true", help="only print what would be copied or moved")
