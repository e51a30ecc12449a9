"""The entries of a folder by name, in flat memory: a folder may hold a million."""

import heapq
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

AT_A_TIME = 50_000  # names in memory, about 4 MB
SEPARATOR = "/"  # no name has it
FOLDER = "\0"  # after the name of a folder: no name has it, and it changes no order
READ_CHARACTERS = 2**16  # at once from each sorted part


def sorted_entries(folder: str, at_a_time: int = AT_A_TIME) -> Iterator[tuple[str, bool]]:
    """The names in a folder, sorted, each with whether it is a folder itself. Raises OSError where it cannot be read.

    Hidden entries (.git, .DS_Store), sockets and pipes are left out, and links to folders, which may lead in circles.
    More names than `at_a_time` are sorted in parts, by way of a temporary file for each.
    """
    with os.scandir(folder) as entries:
        marked = (entry.name + FOLDER * _is_folder(entry) for entry in entries if _is_wanted(entry))
        part = sorted(islice(marked, at_a_time))
        parts: list[Iterable[str]] = []
        while len(part) == at_a_time:
            parts.append(_read(_written(part)))
            part = sorted(islice(marked, at_a_time))
    for name in heapq.merge(*parts, part) if parts else part:
        yield name.removesuffix(FOLDER), name.endswith(FOLDER)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return False
    if entry.is_file(follow_symlinks=False) or _is_folder(entry):
        return True
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:  # a link to nowhere or to itself: whoever reads it learns why it cannot be read
        return True


def _written(names: list[str]) -> IO[str]:
    file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogateescape", newline="")  # noqa: SIM115
    file.write(SEPARATOR.join(names))
    file.seek(0)
    return file


def _read(file: IO[str]) -> Iterator[str]:
    with file:
        rest = ""
        while text := file.read(READ_CHARACTERS):
            *names, rest = (rest + text).split(SEPARATOR)
            yield from names
        yield rest
