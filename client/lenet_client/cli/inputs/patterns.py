"""Expands patterns such as `scans/**/*.png`, which may match more files than a shell's command line can hold."""

import fnmatch
import glob
import os
from collections.abc import Iterator, Sequence

from lenet_client.cli.inputs.folders import is_folder, walk
from lenet_client.cli.inputs.sorted_names import sorted_entries

ANY_DEPTH = "**"


def is_pattern(path: str) -> bool:
    """Whether the path contains one of `*?[` and is not itself the name of a file."""
    return glob.has_magic(path) and not os.path.lexists(path)


def expand(pattern: str) -> Iterator[str]:
    """The files that match, in a stable order; `**` matches any number of folders, including none.

    As in a shell, wildcards do not match hidden entries. A folder that matches is walked, unless the pattern contains
    `**`, which already matches the files in it.
    """
    parts = [part for part in pattern.split("/") if part]
    walk_folders = ANY_DEPTH not in parts or parts[-1] == ANY_DEPTH
    yield from _matches("/" if pattern.startswith("/") else "", parts, walk_folders)


def _matches(base: str, parts: Sequence[str], walk_folders: bool) -> Iterator[str]:
    part, *rest = parts
    if part == ANY_DEPTH:
        while rest and rest[0] == ANY_DEPTH:  # repeated: would yield each file twice
            rest = rest[1:]
        if not rest:
            yield from walk(base or os.curdir)
            return
        yield from _matches(base, rest, walk_folders)
        for name in _entries(base, folders=True):
            yield from _matches(_joined(base, name), [ANY_DEPTH, *rest], walk_folders)
        return
    if not glob.has_magic(part):
        yield from _continue(_joined(base, part), rest, walk_folders)
        return
    for name in _entries(base, folders=bool(rest)):
        if fnmatch.fnmatchcase(name, part):
            yield from _continue(_joined(base, name), rest, walk_folders)


def _continue(path: str, rest: Sequence[str], walk_folders: bool) -> Iterator[str]:
    is_a_folder = is_folder(path)
    if rest:
        if is_a_folder:
            yield from _matches(path, rest, walk_folders)
    elif not is_a_folder:
        if os.path.lexists(path):
            yield path
    elif walk_folders:
        yield from walk(path)


def _entries(folder: str, *, folders: bool) -> Iterator[str]:
    """The names in a folder, with `folders` only those of folders; none for an unreadable folder, as in a shell."""
    try:
        for name, is_sub_folder in sorted_entries(folder or os.curdir):
            if is_sub_folder or not folders:
                yield name
    except OSError:
        return


def _joined(base: str, name: str) -> str:
    return os.path.join(base, name)  # noqa: PTH118 Path would take seconds for a million files
