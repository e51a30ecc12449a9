"""The forms in which results can be written: each takes one record after the other."""

import csv
import json
from collections.abc import Callable
from typing import IO, Protocol

from lenet_client.cli.record import Record


class Writer(Protocol):
    """Writes results in one form."""

    def write(self, record: Record) -> None:
        """Write one result."""

    def close(self) -> None:
        """Write what has to come last."""


class TableWriter:
    """Aligned columns for people. The path comes last: no other column's width has to be guessed."""

    def __init__(self, output: IO[str]) -> None:
        self._output = output
        print(f"{'label':<12} {'score':>6}  {'next best':<28} picture", file=output)

    def write(self, record: Record) -> None:
        """Write one line."""
        path = _printable(record.path)
        if record.error is not None:
            print(f"{'–':<12} {'–':>6}  {'':<28} {path}: {_printable(record.error)}", file=self._output)
            return
        others = "  ".join(f"{_printable(label)} {score:.4f}" for label, score in record.top[1:])
        print(f"{_printable(record.label or ''):<12} {record.score:>6.4f}  {others:<28} {path}", file=self._output)

    def close(self) -> None:
        """Nothing comes last."""


class JsonLinesWriter:
    """One JSON object a line."""

    def __init__(self, output: IO[str]) -> None:
        self._output = output

    def write(self, record: Record) -> None:
        """Write one line."""
        self._output.write(json.dumps(record.__dict__) + "\n")

    def close(self) -> None:
        """Nothing comes last."""


class CsvWriter:
    """Comma-separated values with a header; the labels beyond the best are left to the other forms."""

    def __init__(self, output: IO[str]) -> None:
        self._rows = csv.writer(output, lineterminator="\n")
        self._rows.writerow(("path", "label", "score", "error"))

    def write(self, record: Record) -> None:
        """Write one row."""
        self._rows.writerow((record.path, record.label, record.score, record.error))

    def close(self) -> None:
        """Nothing comes last."""


WRITERS: dict[str, Callable[[IO[str]], Writer]] = {
    "table": TableWriter,
    "jsonl": JsonLinesWriter,
    "csv": CsvWriter,
}


def _printable(text: str) -> str:
    """The text on one line, whatever a file name may hold."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()
