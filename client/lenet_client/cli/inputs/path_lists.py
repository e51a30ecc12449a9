"""A list of paths on standard input, one a line, or ended by NUL as `find -print0` ends them."""

import os
from collections.abc import Iterator
from typing import IO

READ_BYTES = 2**16
MAX_PATH_BYTES = 2**16


def paths(file: IO[bytes], *, null: bool) -> Iterator[str]:
    """The paths in a list, as they come; empty lines are left out."""
    end = b"\0" if null else b"\n"
    rest = b""
    while chunk := _some(file):
        *whole, rest = (rest + chunk).split(end)
        yield from (os.fsdecode(each) for each in whole if each)
        if len(rest) > MAX_PATH_BYTES:
            remedy = "without --null each line is one" if null else "--null is for lists that end each with NUL"
            raise OSError(f"standard input has a path of more than {MAX_PATH_BYTES:,} bytes: {remedy}")
    if rest:
        yield os.fsdecode(rest)


def _some(file: IO[bytes]) -> bytes:
    """What has come so far: whoever writes the list slowly need not write much of it for a first result."""
    return file.read1(READ_BYTES) if hasattr(file, "read1") else file.read(READ_BYTES)
