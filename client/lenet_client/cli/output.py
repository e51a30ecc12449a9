"""Where results go: standard output as they come, or a file that appears when it is whole."""

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from lenet_client import LenetError
from lenet_client.cli.formats import WRITERS, Writer
from lenet_client.cli.record import Record


class CannotResume(LenetError):
    """What an earlier run left does not fit this one."""


class Leftover(LenetError):
    """An earlier run left something that could still be resumed."""


def part_of(output: str) -> Path:
    """The file that grows until it is whole."""
    return Path(f"{output}.part")


@contextmanager
def opened(output: str | None, form: str, *, append: bool) -> Iterator[Writer]:
    """A writer to `output`, or to standard output where that is None.

    A file is written as FILE.part and renamed at the end, so FILE is never half a result. After a failure FILE.part
    stays; in the form of jsonl it can be resumed.
    """
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):  # whatever its character set, file names leave as they came
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
        with _closed(WRITERS[form](sys.stdout)) as writer:
            yield writer
        print(end="", flush=True)
        return
    part = part_of(output)
    if form == "jsonl" and part.exists() and not append:
        raise Leftover(f"{part} is what an interrupted run has left: go on with --resume, or delete it")
    if form == "parquet":
        from lenet_client.cli.parquet import ParquetWriter

        with _closed(ParquetWriter(str(part))) as writer:
            yield writer
    else:
        with part.open("a" if append else "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            with _closed(WRITERS[form](file)) as writer:
                yield writer
            _sync(file)
    part.replace(output)


def finished(output: str) -> Iterator[Record]:
    """The records that an earlier run has written to FILE.part; a last line that was cut off is taken away first."""
    part = part_of(output)
    with suppress(FileNotFoundError), part.open("r+b") as file:
        whole = 0
        for line in file:
            if not line.endswith(b"\n"):
                file.truncate(whole)
                break
            whole += len(line)
            try:
                values = json.loads(line)
                yield Record(**{**values, "top": tuple(map(tuple, values["top"]))})
            except (ValueError, TypeError, KeyError) as error:
                raise CannotResume(f"{part} is not a jsonl result of lenet classify: {error}") from error


@contextmanager
def _closed(writer: Writer) -> Iterator[Writer]:
    yield writer
    writer.close()


def _sync(file: IO[str]) -> None:
    file.flush()
    os.fsync(file.fileno())
