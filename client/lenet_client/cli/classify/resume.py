"""Going on where an earlier run with the same output was cut off."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from lenet_client import LenetError
from lenet_client.cli.inputs.picture import Picture
from lenet_client.cli.output.destination import part_of
from lenet_client.cli.output.json_lines import from_line
from lenet_client.cli.output.record import Record


class CannotResume(LenetError):
    """What an earlier run left does not fit this one."""


def is_whole(output: str) -> bool:
    """Whether an earlier run has come to its end."""
    return Path(output).exists() and not part_of(output).exists()


def finished(output: str) -> Iterator[Record]:
    """The records that an earlier run has written; a last line that was cut off is taken away first."""
    whole_already = is_whole(output)
    file_name = Path(output) if whole_already else part_of(output)
    if not file_name.exists():
        return
    with file_name.open("rb" if whole_already else "r+b") as file:
        whole = 0
        for line in file:
            if not line.endswith(b"\n"):
                if whole_already:
                    raise CannotResume(f"{file_name} ends within a line: something else has cut it off; delete it")
                file.truncate(whole)
                break
            whole += len(line)
            try:
                yield from_line(line)
            except (ValueError, TypeError, KeyError) as error:
                raise CannotResume(f"{file_name} is not a jsonl result of lenet classify: {error}") from error


def matched(
    records: Iterable[Record], pictures: Iterator[Picture], *, moved: bool, marks: bool
) -> Iterator[tuple[Picture | None, Record]]:
    """The records of an earlier run, each with the next of today's pictures, which is used up by that.

    With `moved`, a picture that is no longer there was moved by the earlier run. Raises CannotResume where the two do
    not belong together.
    """
    for record in records:
        if record.label is not None and (record.uncertain is not None) != marks:
            raise CannotResume(f"the earlier run was {'without' if marks else 'with'} --min-score: do as it did")
        if moved and record.error is None and not os.path.lexists(record.path):
            yield None, record
            continue
        picture = next(pictures, None)
        if picture is None or picture.path != record.path:
            now = picture.path if picture else "none"
            raise CannotResume(f"the pictures are not those of the earlier run: {record.path} then, {now} now")
        yield picture, record
