"""The forms in which results can be written: each takes one record after the other."""

import csv
from typing import IO, Protocol

from lenet_client.cli.output.json_lines import JsonLinesWriter
from lenet_client.cli.output.record import Record


class Writer(Protocol):
    """Writes results in one form."""

    def write(self, record: Record) -> None:
        """Write one result."""

    def close(self) -> None:
        """Write what has to come last."""


class TextWriter(Protocol):
    """Makes a writer to an open file; `marks` says whether uncertain results are marked."""

    def __call__(self, output: IO[str], *, marks: bool) -> Writer:
        """Begin to write."""


class TableWriter:
    """Aligned columns for people. The path comes last: no other column's width has to be guessed."""

    def __init__(self, output: IO[str], *, marks: bool) -> None:
        self._output = output
        self._marks = marks
        print(f"{'label':<12} {'score':>6}{' ' * marks}  {'next best':<28} picture", file=output)

    def write(self, record: Record) -> None:
        """Write one line."""
        path = _printable(record.path)
        mark = ("?" if record.uncertain else " ") if self._marks else ""
        if record.error is not None:
            print(f"{'–':<12} {'–':>6}{mark}  {'':<28} {path}: {_printable(record.error)}", file=self._output)
            return
        others = "  ".join(f"{_printable(label)} {score:.4f}" for label, score in record.top[1:])
        label = _printable(record.label or "")
        print(f"{label:<12} {record.score:>6.4f}{mark}  {others:<28} {path}", file=self._output)

    def close(self) -> None:
        """Nothing comes last."""


class CsvWriter:
    """Comma-separated values with a header; the labels beyond the best are left to the other forms."""

    def __init__(self, output: IO[str], *, marks: bool) -> None:
        self._rows = csv.writer(output, lineterminator="\n")
        self._marks = marks
        self._rows.writerow(("path", "label", "score", "error", *["uncertain"] * marks))

    def write(self, record: Record) -> None:
        """Write one row."""
        mark = [{True: "true", False: "false", None: None}[record.uncertain]] * self._marks
        self._rows.writerow((record.path, record.label, record.score, record.error, *mark))

    def close(self) -> None:
        """Nothing comes last."""


WRITERS: dict[str, TextWriter] = {"table": TableWriter, "jsonl": JsonLinesWriter, "csv": CsvWriter}


def _printable(text: str) -> str:
    """The text on one line, whatever a file name may hold."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()
