"""Where results go: standard output as they come, or a file that appears when it is whole."""

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
from lenet_client.cli.output.text_formats import WRITERS, Writer

FLUSH_SECONDS = 0.2  # results are seen, and kept whatever happens, at most this long after they came


class Leftover(LenetError):
    """An earlier run left something that could still be resumed."""


class CannotWrite(LenetError):
    """The results have nowhere to go: the disk is full, or the folder is not there."""


class Output:
    """Takes results, and hands on what it has now and then."""

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


def part_of(output: str) -> Path:
    """The file that grows until it is whole."""
    return Path(f"{output}.part")


@contextmanager
def opened(output: str | None, form: str, *, append: bool, marks: bool) -> Iterator[Output]:
    """An output to a file, or to standard output where that is None.

    A file is written as FILE.part and renamed at the end, so FILE is never half a result. After a failure FILE.part
    stays; in the form of jsonl it can be resumed. With `marks`, results say whether they are uncertain.
    Raises CannotWrite, or Leftover where FILE.part is there and neither appended to nor worthless.
    """
    try:
        if output is None:
            yield from _to_standard_output(form, marks)
        else:
            yield from _to_file(output, form, append, marks)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = "standard output" if output is None else part_of(output)
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} and output and form == "jsonl"
        remedy = "; with room on the disk, the same command with --resume goes on" if full else ""
        raise CannotWrite(f"{where} cannot be written: {error.strerror or error}{remedy}") from error


def _to_standard_output(form: str, marks: bool) -> Iterator[Output]:
    if isinstance(sys.stdout, io.TextIOWrapper):  # whatever its character set, file names leave as they came
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    writer = WRITERS[form](sys.stdout, marks=marks)
    yield Output(writer, sys.stdout.flush)
    writer.close()
    sys.stdout.flush()


def _to_file(output: str, form: str, append: bool, marks: bool) -> Iterator[Output]:
    part = part_of(output)
    if form == "jsonl" and part.exists() and not append:
        raise Leftover(f"{part} is what an interrupted run has left: go on with --resume, or delete it")
    if form == "parquet":
        from lenet_client.cli.output.parquet import ParquetWriter

        parquet = ParquetWriter(str(part), marks=marks)
        yield Output(parquet, lambda: None)
        parquet.close()
    else:
        with part.open("a" if append else "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            writer = WRITERS[form](file, marks=marks)
            yield Output(writer, file.flush)
            writer.close()
            file.flush()
            os.fsync(file.fileno())
    part.replace(output)
