"""`lenet classify PATH…`: pictures in, results out, in order and in flat memory."""

import argparse
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from lenet_client import (
    Client,
    ImageError,
    ImageInput,
    Model,
    Prediction,
    ServerBusy,
    ServerFault,
    ServerUnavailable,
    TimedOut,
)
from lenet_client.cli.classify.accuracy import Accuracy
from lenet_client.cli.classify.file_count import Total
from lenet_client.cli.classify.progress import Progress
from lenet_client.cli.classify.resume import CannotResume, finished, is_whole, matched
from lenet_client.cli.classify.sorting import Sorter
from lenet_client.cli.classify.tally import Tally
from lenet_client.cli.classify.validation import problem_of
from lenet_client.cli.connection import connect
from lenet_client.cli.exit_status import ExitStatus
from lenet_client.cli.inputs.exclusion import without
from lenet_client.cli.inputs.picture import Picture
from lenet_client.cli.inputs.pictures import find
from lenet_client.cli.output.destination import Output, opened, part_of
from lenet_client.cli.output.record import Record


def run(options: argparse.Namespace) -> int:
    """Classify all pictures; status 1 where some failed."""
    if problem := problem_of(options):
        print(f"lenet classify: {problem}", file=sys.stderr)
        return ExitStatus.USAGE
    tally = Tally()
    results_pass = options.output is None and sys.stdout.isatty()
    with Progress(tally, Total(options.paths), quiet=options.quiet, results_pass=results_pass) as progress:
        work = Work(options, tally, progress)
        with connect(options) as client, _hint(options):
            work.run(client)
    work.report()
    return ExitStatus.FAILED if tally.failed else ExitStatus.OK


@contextmanager
def _hint(options: argparse.Namespace) -> Iterator[None]:
    """Say that a run which ends before its time can be resumed."""
    try:
        yield
    except (KeyboardInterrupt, ServerUnavailable, ServerBusy, ServerFault, TimedOut):
        if options.format == "jsonl" and options.output and (part := part_of(options.output)).exists():
            print(f"{part} has what is done: the same command with --resume goes on", file=sys.stderr)
        raise


class Work:
    """One run: what becomes of each record."""

    def __init__(self, options: argparse.Namespace, tally: Tally, progress: Progress) -> None:
        self._options = options
        self._tally = tally
        self._progress = progress
        self._accuracy = Accuracy() if options.labels_from_folders else None
        folder = options.move_to or options.copy_to
        say = progress.say if options.dry_run or options.verbose else None
        self._sorter = Sorter(folder, move=bool(options.move_to), dry_run=options.dry_run, say=say) if folder else None

    def run(self, client: Client) -> None:
        """Classify what the command line names."""
        options = self._options
        name, version = options.model or ("", 0)
        model = client.model(name, version)  # a wrong model or a dead server is told before the first result
        if options.verbose:
            self._progress.say(_described(model, client.server))
        pictures = find(options.paths, null=options.null)
        if options.output:
            pictures = without((options.output, part_of(options.output)), pictures)
        if options.resume and self._all_done(pictures):
            return
        marks = options.min_score is not None
        with opened(options.output, options.format, append=options.resume, marks=marks) as output:
            for picture, result in _classified(client, pictures, name, version, options.top_k):
                record = Record.of(picture.path, result, options.min_score)
                output.write(record)
                self._take(picture, record, output)
                if record.error is not None and options.error_on_failure:
                    raise ImageError(record.error, record.path)

    def report(self) -> None:
        """Say what there is to say at the end."""
        if not self._tally.pictures and not self._options.quiet:
            print(f"there is no file in {', '.join(self._options.paths)}", file=sys.stderr)
        if self._sorter and not self._options.quiet:
            print(self._sorter.summary(), file=sys.stderr)
        if self._accuracy:
            print(self._accuracy.report(), file=sys.stderr)

    def _all_done(self, pictures: Iterator[Picture]) -> bool:
        """Take over what an earlier run has done, which uses up its pictures; whether nothing is left to do."""
        options = self._options
        whole = is_whole(options.output)
        moved, marks = bool(options.move_to) and not options.dry_run, options.min_score is not None
        for picture, record in matched(finished(options.output), pictures, moved=moved, marks=marks):
            self._take(picture, record)
        self._tally.resume()
        if whole and (more := next(pictures, None)):
            raise CannotResume(f"{options.output} is whole, and {more.path} is not in it: choose another --output")
        return whole

    def _take(self, picture: Picture | None, record: Record, output: Output | None = None) -> None:
        tally = self._tally
        tally.pictures += 1
        if record.error is not None:
            tally.failed += 1
            if self._options.verbose:
                self._progress.say(f"{record.path}: {record.error}")
        elif record.uncertain:
            tally.uncertain += 1
        if self._accuracy:
            self._accuracy.count(record)
        if self._sorter and picture:
            if output and self._options.move_to:
                output.flush()  # a picture that is no longer there must be in the results
            self._sorter.sort(picture, record)
        self._progress.advance()


def _classified(
    client: Client, pictures: Iterable[Picture], model: str, version: int | str, top_k: int
) -> Iterator[tuple[Picture, Prediction | ImageError]]:
    under_way: deque[Picture] = deque()

    def images() -> Iterator[ImageInput]:
        for picture in pictures:
            under_way.append(picture)
            yield picture.image

    for result in client.classify_many(images(), model=model, version=version, top_k=top_k):
        yield under_way.popleft(), result


def _described(model: Model, server: str) -> str:
    shape = "×".join(map(str, model.input_shape))
    return f"{server}: model {model.name} version {model.version}, {len(model.labels)} labels, input {shape}"
