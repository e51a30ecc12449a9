"""The pictures that a command line names."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def walk(paths: Iterable[str]) -> Iterator[str]:
    """The files that are named, and all files below the folders that are named, in a stable order.

    Each folder's entries come by name. What cannot be read is among them, so that it gets a line of its own in the
    results; hidden entries (.git, .DS_Store), sockets, pipes and links to folders, which may lead in circles, are not.
    """
    for path in paths:
        if Path(path).is_dir():
            yield from _folder(path)
        else:
            yield path


def _folder(path: str) -> Iterator[str]:
    try:
        with os.scandir(path) as entries:
            visible = sorted((each for each in entries if not each.name.startswith(".")), key=lambda each: each.name)
    except OSError:
        yield path  # whoever reads it learns why it cannot be read
        return
    for entry in visible:
        if entry.is_dir(follow_symlinks=False):
            yield from _folder(entry.path)
        elif entry.is_file() or _is_broken(entry):
            yield entry.path


def _is_broken(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and not Path(entry.path).exists()
