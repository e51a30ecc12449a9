"""Results as JSON Lines, and back again for a run that is resumed."""

import json
from functools import lru_cache
from typing import IO

from lenet_client.cli.output.record import Record

_quoted = json.JSONEncoder().encode  # in C for a string, unlike json.dumps of the whole object: half the time of a line
_quoted_label = lru_cache(1024)(_quoted)


class JsonLinesWriter:
    """One JSON object a line."""

    def __init__(self, output: IO[str], *, marks: bool) -> None:
        self._output = output
        self._marks = marks

    def write(self, record: Record) -> None:
        """Write one line."""
        self._output.write(to_line(record, marks=self._marks))

    def close(self) -> None:
        """Nothing comes last."""


def to_line(record: Record, *, marks: bool) -> str:
    """The line of a record; with `marks` it says whether the record is uncertain."""
    path, label, score, top, error, uncertain = record
    mark = f', "uncertain": {_quoted(uncertain)}' if marks else ""
    if label is None:
        nothing = '"label": null, "score": null, "top": []'
        return f'{{"path": {_quoted(path)}, {nothing}, "error": {_quoted(error)}{mark}}}\n'
    best = ", ".join([f"[{_quoted_label(each)}, {value!r}]" for each, value in top])
    return (
        f'{{"path": {_quoted(path)}, "label": {_quoted_label(label)}, "score": {score!r}, '
        f'"top": [{best}], "error": null{mark}}}\n'
    )


def from_line(line: bytes) -> Record:
    """The record of a line. Raises ValueError, TypeError or KeyError for what is none."""
    values = json.loads(line)
    return Record(**{**values, "top": tuple(map(tuple, values["top"]))})
