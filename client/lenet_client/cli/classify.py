"""`lenet classify PATH…`: pictures in, results out, in order and in flat memory."""

import argparse
import itertools
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from lenet_client import Client, ImageError
from lenet_client.cli.accuracy import Accuracy
from lenet_client.cli.connection import connect
from lenet_client.cli.output import CannotResume, finished, opened
from lenet_client.cli.progress import Progress
from lenet_client.cli.record import Record
from lenet_client.cli.status import Status
from lenet_client.cli.walk import walk


def run(options: argparse.Namespace) -> int:
    """Classify all pictures; status 1 where some failed."""
    if problem := _problem(options):
        print(f"lenet classify: {problem}", file=sys.stderr)
        return Status.USAGE
    accuracy, failed = Accuracy(), 0
    with Progress() as progress, connect(options) as client:
        name, version = options.model or ("", 0)
        client.model(name, version)  # a wrong model or a dead server is told before the first result
        paths = walk(options.paths)
        done = _skip(finished(options.output), paths) if options.resume else iter(())
        for record in done:
            accuracy.count(record)
            failed += record.error is not None
            progress.advance(failed=record.error is not None)
        with opened(options.output, options.format, append=options.resume) as writer:
            for record in _classify(client, paths, name, version, options.top_k):
                writer.write(record)
                accuracy.count(record)
                failed += record.error is not None
                progress.advance(failed=record.error is not None)
                if record.error is not None and options.error_on_failure:
                    raise ImageError(record.error, record.path)
    if options.labels_from_folders:
        print(accuracy.report(), file=sys.stderr)
    return Status.FAILED if failed else Status.OK


def _problem(options: argparse.Namespace) -> str | None:
    """What is wrong with the options together."""
    if options.format == "parquet" and not options.output:
        return "--format parquet needs --output FILE"
    if options.resume and (options.format != "jsonl" or not options.output):
        return "--resume needs --format jsonl and --output FILE"
    if options.format == "parquet" and not find_spec("pyarrow"):
        return '--format parquet needs pyarrow: pip install "lenet-client[parquet]"'
    return None


def _classify(client: Client, paths: Iterable[str], model: str, version: int | str, top_k: int) -> Iterator[Record]:
    names, pictures = itertools.tee(paths)  # holds no more than the pictures that are on their way
    results = client.classify_many(pictures, model=model, version=version, top_k=top_k)
    for path, result in zip(names, results, strict=True):
        yield Record.of(path, result)


def _skip(records: Iterable[Record], paths: Iterator[str]) -> Iterator[Record]:
    """The records of an earlier run, each checked against the next of today's pictures, which is used up by that."""
    for record in records:
        path = next(paths, None)
        if record.path != path:
            raise CannotResume(f"the pictures are not those of the earlier run: {record.path} then, {path} now")
        yield record
