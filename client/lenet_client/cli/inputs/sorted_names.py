"""The sorted entries of a folder in flat memory, by external merge sort: a folder may hold millions."""

import heapq
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

NAMES_IN_MEMORY = 50_000  # about 4 MB
SEPARATOR = "/"  # cannot occur in a name
FOLDER = "\0"  # appended to folder names: cannot occur in a name, and sorts first
READ_CHARACTERS = 2**16  # from each sorted part


def sorted_entries(folder: str, limit: int = NAMES_IN_MEMORY) -> Iterator[tuple[str, bool]]:
    """The names in a folder, sorted, each with whether it is a folder. Raises OSError for an unreadable folder.

    Hidden entries (.git, .DS_Store), sockets and pipes are skipped, and links to folders, which may form cycles.
    Each `limit` names are sorted in memory and, if there are more, written to a temporary file and merged.
    """
    with os.scandir(folder) as entries:
        marked = (entry.name + FOLDER * _is_folder(entry) for entry in entries if _is_included(entry))
        part = sorted(islice(marked, limit))
        parts: list[Iterable[str]] = []
        while len(part) == limit:
            parts.append(_read(_write(part)))
            part = sorted(islice(marked, limit))
    for name in heapq.merge(*parts, part) if parts else part:
        yield name.removesuffix(FOLDER), name.endswith(FOLDER)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_included(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return False
    if entry.is_file(follow_symlinks=False) or _is_folder(entry):
        return True
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:  # a broken or circular link: reading it reports the reason
        return True


def _write(names: list[str]) -> IO[str]:
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
