"""Continues an interrupted run: reads its records and matches them with the pictures."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from lenet_client import LenetError
from lenet_client.cli.inputs.picture import Picture
from lenet_client.cli.output.destination import part_file
from lenet_client.cli.output.json_lines import from_line
from lenet_client.cli.output.record import Record


class CannotResume(LenetError):
    """The results of the earlier run do not match this run."""


def is_complete(output: str) -> bool:
    """Whether an earlier run has finished the output file."""
    return Path(output).exists() and not part_file(output).exists()


def finished_records(output: str) -> Iterator[Record]:
    """The records that an earlier run has written. An incomplete last line is removed from FILE.part."""
    complete = is_complete(output)
    path = Path(output) if complete else part_file(output)
    if not path.exists():
        return
    with path.open("rb" if complete else "r+b") as file:
        end = 0  # of the last complete line, in bytes
        for line in file:
            if not line.endswith(b"\n"):
                if complete:
                    raise CannotResume(f"{path} ends within a line: it was truncated after the run; delete it")
                file.truncate(end)
                break
            end += len(line)
            try:
                yield from_line(line)
            except (ValueError, TypeError, KeyError) as error:
                raise CannotResume(f"{path} is not a jsonl result of lenet classify: {error}") from error


def match(
    records: Iterable[Record], pictures: Iterator[Picture], *, moved: bool, marks_uncertain: bool
) -> Iterator[tuple[Picture | None, Record]]:
    """Each record of the earlier run with its picture, which is consumed from `pictures`.

    With `moved`, a record whose file no longer exists was moved by the earlier run: its picture is None. Raises
    CannotResume when pictures or options differ from the earlier run.
    """
    for record in records:
        if record.label is not None and (record.uncertain is not None) != marks_uncertain:
            earlier = "without" if marks_uncertain else "with"
            raise CannotResume(f"the earlier run was {earlier} --min-score: use the same options")
        if moved and record.error is None and not os.path.lexists(record.path):
            yield None, record
            continue
        picture = next(pictures, None)
        if picture is None or picture.path != record.path:
            now = picture.path if picture else "none"
            raise CannotResume(f"the pictures are not those of the earlier run: {record.path} then, {now} now")
        yield picture, record
