"""`lenet classify PATH…`: reads pictures, writes results in order, in flat memory."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from lenet_client import ServerBusy, ServerFault, ServerUnavailable, TimedOut
from lenet_client.cli.classify.classify_run import ClassifyRun
from lenet_client.cli.classify.file_count import FileCount
from lenet_client.cli.classify.progress import ProgressDisplay
from lenet_client.cli.classify.tally import Tally
from lenet_client.cli.classify.validation import find_problem
from lenet_client.cli.connection import connect
from lenet_client.cli.exit_status import ExitStatus
from lenet_client.cli.output.destination import part_file


def run(options: argparse.Namespace) -> int:
    """Classify all pictures; status 1 when some failed."""
    if problem := find_problem(options):
        print(f"lenet classify: {problem}", file=sys.stderr)
        return ExitStatus.USAGE
    tally = Tally()
    results_on_terminal = options.output is None and sys.stdout.isatty()
    count = FileCount(options.paths)
    with ProgressDisplay(tally, count, quiet=options.quiet, results_on_terminal=results_on_terminal) as progress:
        classify_run = ClassifyRun(options, tally, progress)
        with connect(options) as client, _resume_hint(options):
            classify_run.run(client)
    classify_run.print_reports()
    return ExitStatus.FAILED if tally.failed else ExitStatus.OK


@contextmanager
def _resume_hint(options: argparse.Namespace) -> Iterator[None]:
    """When the block is interrupted and its results can be resumed, print how."""
    try:
        yield
    except (KeyboardInterrupt, ServerUnavailable, ServerBusy, ServerFault, TimedOut):
        if options.format == "jsonl" and options.output and (part := part_file(options.output)).exists():
            print(f"{part} has the results so far: the same command with --resume continues", file=sys.stderr)
        raise
