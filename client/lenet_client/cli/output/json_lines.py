"""Results as JSON Lines: written by every run, read back by a run that is resumed."""

import json
from functools import lru_cache
from typing import IO

from lenet_client.cli.output.record import Record

# Encoding strings alone runs in C, and takes half the time of json.dumps() of a whole object.
_quoted = json.JSONEncoder().encode
_quoted_label = lru_cache(1024)(_quoted)  # a model has few labels, and they repeat


class JsonLinesWriter:
    """One JSON object per line."""

    def __init__(self, output: IO[str], *, marks_uncertain: bool) -> None:
        self._output = output
        self._marks_uncertain = marks_uncertain

    def write(self, record: Record) -> None:
        """Write one line."""
        self._output.write(to_line(record, marks_uncertain=self._marks_uncertain))

    def close(self) -> None:
        """Do nothing: JSON Lines have no end."""


def to_line(record: Record, *, marks_uncertain: bool) -> str:
    """The line of a record; with `marks_uncertain` it has the field `uncertain`."""
    path, label, score, top, error, uncertain = record
    mark = f', "uncertain": {_quoted(uncertain)}' if marks_uncertain else ""
    if label is None:
        empty = '"label": null, "score": null, "top": []'
        return f'{{"path": {_quoted(path)}, {empty}, "error": {_quoted(error)}{mark}}}\n'
    best = ", ".join([f"[{_quoted_label(each)}, {value!r}]" for each, value in top])
    return (
        f'{{"path": {_quoted(path)}, "label": {_quoted_label(label)}, "score": {score!r}, '
        f'"top": [{best}], "error": null{mark}}}\n'
    )


def from_line(line: bytes) -> Record:
    """The record of a line. Raises ValueError, TypeError or KeyError for any other line."""
    values = json.loads(line)
    return Record(**{**values, "top": tuple(map(tuple, values["top"]))})
