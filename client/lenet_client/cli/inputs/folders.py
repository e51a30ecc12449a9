"""The files in a folder and its sub-folders."""

import os
from collections.abc import Iterator

from lenet_client.cli.inputs.sorted_names import sorted_entries


def is_folder(path: str) -> bool:
    """Whether the path is a folder."""
    try:
        return os.path.isdir(path)  # noqa: PTH112 Path.is_dir() raises for a parent without permission
    except ValueError:  # a path that contains NUL
        return False


def walk(folder: str) -> Iterator[str]:
    """All files in a folder and its sub-folders, sorted by name within each folder.

    A folder that cannot be read is yielded itself, so that the results have a line with the reason.
    """
    try:
        for name, is_a_folder in sorted_entries(folder):
            path = os.path.join(folder, name)  # noqa: PTH118 Path would take seconds for a million files
            if is_a_folder:
                yield from walk(path)
            else:
                yield path
    except OSError:
        yield folder  # reading it as a picture reports the reason
