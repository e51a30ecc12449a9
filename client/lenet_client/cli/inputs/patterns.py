"""Patterns such as `scans/**/*.png`, for shells that leave them alone and for lines longer than a shell allows."""

import fnmatch
import glob
import os
from collections.abc import Iterator, Sequence

from lenet_client.cli.inputs.folders import is_folder, walk
from lenet_client.cli.inputs.sorted_names import sorted_entries

ANY_DEPTH = "**"


def is_pattern(path: str) -> bool:
    """Whether the path is to be expanded: it has one of `*?[` in it, and nothing has this very name."""
    return glob.has_magic(path) and not os.path.lexists(path)


def expand(pattern: str) -> Iterator[str]:
    """The files that match, in a stable order; `**` stands for any number of folders, also none.

    As in a shell, hidden entries match no wildcard. A folder that matches stands for all files in it, unless the
    pattern has `**`: then each file has its chance to match by itself.
    """
    parts = [part for part in pattern.split("/") if part]
    whole_folders = ANY_DEPTH not in parts or parts[-1] == ANY_DEPTH
    yield from _matches("/" if pattern.startswith("/") else "", parts, whole_folders)


def _matches(base: str, parts: Sequence[str], whole_folders: bool) -> Iterator[str]:
    part, *rest = parts
    if part == ANY_DEPTH:
        while rest and rest[0] == ANY_DEPTH:  # says the same twice, and would find everything twice
            rest = rest[1:]
        if not rest:
            yield from walk(base or os.curdir)
            return
        yield from _matches(base, rest, whole_folders)
        for name in _entries(base, folders=True):
            yield from _matches(_joined(base, name), [ANY_DEPTH, *rest], whole_folders)
        return
    if not glob.has_magic(part):
        yield from _go_on(_joined(base, part), rest, whole_folders)
        return
    for name in _entries(base, folders=bool(rest)):
        if fnmatch.fnmatchcase(name, part):
            yield from _go_on(_joined(base, name), rest, whole_folders)


def _go_on(path: str, rest: Sequence[str], whole_folders: bool) -> Iterator[str]:
    leads_on = is_folder(path)
    if rest:
        if leads_on:
            yield from _matches(path, rest, whole_folders)
    elif not leads_on:
        if os.path.lexists(path):
            yield path
    elif whole_folders:
        yield from walk(path)


def _entries(folder: str, *, folders: bool) -> Iterator[str]:
    """The names in a folder, or only those of folders; none where it cannot be read, as in a shell."""
    try:
        for name, is_a_folder in sorted_entries(folder or os.curdir):
            if is_a_folder or not folders:
                yield name
    except OSError:
        return


def _joined(base: str, name: str) -> str:
    return os.path.join(base, name)  # noqa: PTH118 a Path for each of a million files costs seconds
