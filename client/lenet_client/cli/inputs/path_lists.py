"""Lists of paths on standard input: one per line, or ended by NUL as `find -print0` writes them."""

import os
from collections.abc import Iterator
from typing import IO

READ_BYTES = 2**16  # per read
MAX_PATH_BYTES = 2**16  # 16 times Linux's PATH_MAX: more means that the list has other line ends


def read_paths(file: IO[bytes], *, null: bool) -> Iterator[str]:
    """The paths in a list, as they arrive, without empty lines. Raises OSError for a list with other line ends."""
    end = b"\0" if null else b"\n"
    rest = b""
    while chunk := _available(file):
        *whole, rest = (rest + chunk).split(end)
        yield from (os.fsdecode(each) for each in whole if each)
        if len(rest) > MAX_PATH_BYTES:
            remedy = "without --null each line is a path" if null else "--null is for lists whose paths end with NUL"
            raise OSError(f"standard input has a path of more than {MAX_PATH_BYTES:,} bytes: {remedy}")
    if rest:
        yield os.fsdecode(rest)


def _available(file: IO[bytes]) -> bytes:
    """The bytes that have arrived: the first paths are classified while the list is still being written."""
    return file.read1(READ_BYTES) if hasattr(file, "read1") else file.read(READ_BYTES)
