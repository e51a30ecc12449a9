"""The pictures that a command line names."""

import os
import stat
from collections.abc import Iterable, Iterator


def walk(paths: Iterable[str]) -> Iterator[str]:
    """The files that are named, and all files below the folders that are named, in a stable order.

    Each folder's entries come by name. What cannot be read is among them, so that it gets a line of its own in the
    results; hidden entries (.git, .DS_Store), sockets, pipes and links to folders, which may lead in circles, are not.
    """
    for path in paths:
        if _is_folder(path):
            yield from _folder(path)
        else:
            yield path


def _folder(path: str) -> Iterator[str]:
    try:
        with os.scandir(path) as entries:
            names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    except OSError:
        yield path  # whoever reads it learns why it cannot be read
        return
    for name in names:
        entry = os.path.join(path, name)  # noqa: PTH118 a Path for each of a million files costs seconds
        if _is_folder(entry, follow_links=False):
            yield from _folder(entry)
        elif _is_worth_reading(entry):
            yield entry


def _is_folder(path: str, *, follow_links: bool = True) -> bool:
    try:
        return stat.S_ISDIR(os.stat(path, follow_symlinks=follow_links).st_mode)  # noqa: PTH116
    except (OSError, ValueError):
        return False


def _is_worth_reading(path: str) -> bool:
    """Whether this is a file, or something that cannot even be asked what it is: a link to nowhere or to itself."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
    except OSError:
        return True
