"""One run of `lenet classify`: classifies each picture, writes its record, counts it and sorts it into a folder."""

import argparse
import sys
from collections import deque
from collections.abc import Iterable, Iterator

from lenet_client import Client, ImageError, ImageInput, Model, Prediction
from lenet_client.cli.classify.accuracy import Accuracy
from lenet_client.cli.classify.progress import ProgressDisplay
from lenet_client.cli.classify.resume import CannotResume, finished_records, is_complete, match
from lenet_client.cli.classify.sorting import Sorter
from lenet_client.cli.classify.tally import Tally
from lenet_client.cli.inputs.discovery import find_pictures
from lenet_client.cli.inputs.exclusion import exclude
from lenet_client.cli.inputs.picture import Picture
from lenet_client.cli.output.destination import Output, open_output, part_file
from lenet_client.cli.output.record import Record


class ClassifyRun:
    """Options and counters of a run."""

    def __init__(self, options: argparse.Namespace, tally: Tally, progress: ProgressDisplay) -> None:
        self._options = options
        self._tally = tally
        self._progress = progress
        self._marks_uncertain = options.min_score is not None
        self._accuracy = Accuracy() if options.labels_from_folders else None
        self._sorter = _sorter(options, progress)

    def run(self, client: Client) -> None:
        """Classify the pictures that the command line names."""
        options = self._options
        name, version = options.model or ("", 0)
        model = client.model(name, version)  # reports a wrong model or an unreachable server before the first result
        if options.verbose:
            self._progress.print(_describe(model, client.server))
        pictures = find_pictures(options.paths, null=options.null)
        if options.output:
            pictures = exclude((options.output, part_file(options.output)), pictures)
        if options.resume and self._resume(pictures):
            return
        with open_output(
            options.output, options.format, append=options.resume, marks_uncertain=self._marks_uncertain
        ) as output:
            for picture, result in _classify(client, pictures, name, version, options.top_k):
                record = Record.of(picture.path, result, options.min_score)
                output.write(record)
                self._count(picture, record, output)
                if record.error is not None and options.error_on_failure:
                    raise ImageError(record.error, record.path)

    def print_reports(self) -> None:
        """Print the summary of sorting and the accuracy."""
        if not self._tally.pictures and not self._options.quiet:
            print(f"there is no file in {', '.join(self._options.paths)}", file=sys.stderr)
        if self._sorter and not self._options.quiet:
            print(self._sorter.summary(), file=sys.stderr)
        if self._accuracy:
            print(self._accuracy.report(), file=sys.stderr)

    def _resume(self, pictures: Iterator[Picture]) -> bool:
        """Count the records of the interrupted run, consuming their pictures; return whether it was complete."""
        options = self._options
        complete = is_complete(options.output)
        moved = bool(options.move_to) and not options.dry_run
        records = finished_records(options.output)
        for picture, record in match(records, pictures, moved=moved, marks_uncertain=self._marks_uncertain):
            self._count(picture, record)
        self._tally.mark_resumed()
        if complete and (more := next(pictures, None)):
            raise CannotResume(f"{options.output} is complete, and {more.path} is not in it: choose another --output")
        return complete

    def _count(self, picture: Picture | None, record: Record, output: Output | None = None) -> None:
        self._tally.count(failed=record.error is not None, uncertain=bool(record.uncertain))
        if record.error is not None and self._options.verbose:
            self._progress.print(f"{record.path}: {record.error}")
        if self._accuracy:
            self._accuracy.count(record)
        if self._sorter and picture:
            if output and self._options.move_to:
                output.flush()  # a picture is moved only after its result is in the file
            self._sorter.sort(picture, record)
        self._progress.update()


def _sorter(options: argparse.Namespace, progress: ProgressDisplay) -> Sorter | None:
    folder = options.move_to or options.copy_to
    if not folder:
        return None
    log = progress.print if options.dry_run or options.verbose else None
    return Sorter(folder, move=bool(options.move_to), dry_run=options.dry_run, log=log)


def _classify(
    client: Client, pictures: Iterable[Picture], model: str, version: int | str, top_k: int
) -> Iterator[tuple[Picture, Prediction | ImageError]]:
    in_flight: deque[Picture] = deque()

    def images() -> Iterator[ImageInput]:
        for picture in pictures:
            in_flight.append(picture)
            yield picture.image

    for result in client.classify_many(images(), model=model, version=version, top_k=top_k):
        yield in_flight.popleft(), result


def _describe(model: Model, server: str) -> str:
    shape = "×".join(map(str, model.input_shape))
    return f"{server}: model {model.name} version {model.version}, {len(model.labels)} labels, input {shape}"
