"""The text formats of results: table and CSV, and the registry of all text formats."""

import csv
from typing import IO, Protocol

from lenet_client.cli.output.json_lines import JsonLinesWriter
from lenet_client.cli.output.record import Record


class Writer(Protocol):
    """Writes results in one format."""

    def write(self, record: Record) -> None:
        """Write one result."""

    def close(self) -> None:
        """Write the end of the format, if it has one."""


class TextWriterType(Protocol):
    """Creates a writer for an open text file; with `marks_uncertain`, results say whether they are uncertain."""

    def __call__(self, output: IO[str], *, marks_uncertain: bool) -> Writer:
        """Write the start of the format, if it has one."""


class TableWriter:
    """Aligned columns for people. The path comes last, because its width is not known in advance."""

    def __init__(self, output: IO[str], *, marks_uncertain: bool) -> None:
        self._output = output
        self._marks_uncertain = marks_uncertain
        print(f"{'label':<12} {'score':>6}{' ' * marks_uncertain}  {'next best':<28} picture", file=output)

    def write(self, record: Record) -> None:
        """Write one line."""
        path = _printable(record.path)
        mark = ("?" if record.uncertain else " ") if self._marks_uncertain else ""
        if record.error is not None:
            print(f"{'–':<12} {'–':>6}{mark}  {'':<28} {path}: {_printable(record.error)}", file=self._output)
            return
        others = "  ".join(f"{_printable(label)} {score:.4f}" for label, score in record.top[1:])
        label = _printable(record.label or "")
        print(f"{label:<12} {record.score:>6.4f}{mark}  {others:<28} {path}", file=self._output)

    def close(self) -> None:
        """Do nothing: a table has no end."""


class CsvWriter:
    """Comma-separated values with a header; labels after the best are only in the other formats."""

    def __init__(self, output: IO[str], *, marks_uncertain: bool) -> None:
        self._rows = csv.writer(output, lineterminator="\n")
        self._marks_uncertain = marks_uncertain
        self._rows.writerow(("path", "label", "score", "error", *["uncertain"] * marks_uncertain))

    def write(self, record: Record) -> None:
        """Write one row."""
        mark = [{True: "true", False: "false", None: None}[record.uncertain]] * self._marks_uncertain
        self._rows.writerow((record.path, record.label, record.score, record.error, *mark))

    def close(self) -> None:
        """Do nothing: CSV has no end."""


TEXT_WRITERS: dict[str, TextWriterType] = {"table": TableWriter, "jsonl": JsonLinesWriter, "csv": CsvWriter}


def _printable(text: str) -> str:
    """The text on one line: control characters, which file names may contain, are escaped."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()
