"""Where results go: standard output as they arrive, or a file that appears when it is complete."""

import errno
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lenet_client import LenetError
from lenet_client.cli.output.record import Record
from lenet_client.cli.output.text_formats import TEXT_WRITERS, Writer

FLUSH_SECONDS = 0.2  # the longest that a result stays in memory: what a killed process loses

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Leftover(LenetError):
    """FILE.part of an earlier run exists and could be resumed."""


class CannotWrite(LenetError):
    """The results cannot be written, for example to a full disk or a missing folder."""


class Output:
    """Writes results, and flushes them every FLUSH_SECONDS."""

    def __init__(self, writer: Writer, flush: Callable[[], None]) -> None:
        self._writer = writer
        self.flush = flush
        self._due = 0.0

    def write(self, record: Record) -> None:
        """Write one result."""
        self._writer.write(record)
        if (now := time.monotonic()) >= self._due:
            self.flush()
            self._due = now + FLUSH_SECONDS


def part_file(output: str) -> Path:
    """The file that is written until the results are complete."""
    return Path(f"{output}.part")


@contextmanager
def open_output(output: str | None, form: str, *, append: bool, marks_uncertain: bool) -> Iterator[Output]:
    """Open a file, or standard output for None, for results in the format `form`.

    A file is written as FILE.part and renamed at the end, so FILE is always complete. After a failure FILE.part stays,
    and can be resumed when the format is jsonl. Raises CannotWrite; Leftover when FILE.part exists, could be resumed
    and `append` is false.
    """
    try:
        if output is None:
            yield from _standard_output(form, marks_uncertain)
        else:
            yield from _file(output, form, append, marks_uncertain)
    except BrokenPipeError:
        raise
    except OSError as error:
        target = "standard output" if output is None else part_file(output)
        resumable = error.errno in DISK_FULL and output and form == "jsonl"
        remedy = "; with room on the disk, the same command with --resume continues" if resumable else ""
        raise CannotWrite(f"{target} cannot be written: {error.strerror or error}{remedy}") from error


def _standard_output(form: str, marks_uncertain: bool) -> Iterator[Output]:
    if isinstance(sys.stdout, io.TextIOWrapper):  # file names keep their bytes, whatever the terminal's encoding
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    writer = TEXT_WRITERS[form](sys.stdout, marks_uncertain=marks_uncertain)
    yield Output(writer, sys.stdout.flush)
    writer.close()
    sys.stdout.flush()


def _file(output: str, form: str, append: bool, marks_uncertain: bool) -> Iterator[Output]:
    part = part_file(output)
    if form == "jsonl" and part.exists() and not append:
        raise Leftover(f"{part} is left from an interrupted run: continue it with --resume, or delete it")
    if form == "parquet":
        from lenet_client.cli.output.parquet import ParquetWriter

        parquet = ParquetWriter(str(part), marks_uncertain=marks_uncertain)
        yield Output(parquet, lambda: None)
        parquet.close()
    else:
        with part.open("a" if append else "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            writer = TEXT_WRITERS[form](file, marks_uncertain=marks_uncertain)
            yield Output(writer, file.flush)
            writer.close()
            file.flush()
            os.fsync(file.fileno())
    part.replace(output)
