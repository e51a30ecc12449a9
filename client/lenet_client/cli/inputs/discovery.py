"""Turns the paths of a command line into a stream of pictures."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import IO

from lenet_client.cli.inputs.archives import archive_members, is_archive
from lenet_client.cli.inputs.folders import is_folder, walk
from lenet_client.cli.inputs.path_lists import read_paths
from lenet_client.cli.inputs.patterns import expand, is_pattern
from lenet_client.cli.inputs.picture import Picture, Unreadable

STANDARD_INPUT = "-"


def find_pictures(
    paths: Iterable[str], *, null: bool = False, standard_input: IO[bytes] | None = None
) -> Iterator[Picture]:
    """The pictures at these paths, in a stable order and in flat memory.

    A path is a file, a folder (all files below it), an archive (all files in it), a pattern such as `scans/**/*.png`,
    or `-` for a list of files, folders and archives on standard input, one per line, or ended by NUL with `null`.
    """
    for path in paths:
        if path == STANDARD_INPUT:
            for name in read_paths(standard_input or sys.stdin.buffer, null=null):
                yield from _at_path(name)
        elif is_pattern(path):
            yield from _matching(path)
        else:
            yield from _at_path(path)


def _at_path(path: str) -> Iterator[Picture]:
    if is_folder(path):
        for file in walk(path):
            yield from _file(file)
    else:
        yield from _file(path)


def _matching(pattern: str) -> Iterator[Picture]:
    found = False
    for file in expand(pattern):
        found = True
        yield from _file(file)
    if not found:
        yield Picture(pattern, Unreadable("no file matches this pattern"))


def _file(path: str) -> Iterable[Picture]:
    return archive_members(path) if is_archive(path) and os.path.isfile(path) else (Picture(path, path),)  # noqa: PTH113
