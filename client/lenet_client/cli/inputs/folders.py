"""The files below a folder."""

import os
from collections.abc import Iterator

from lenet_client.cli.inputs.sorted_names import sorted_entries


def is_folder(path: str) -> bool:
    """Whether the path leads to a folder."""
    try:
        return os.path.isdir(path)  # noqa: PTH112 a Path raises where a folder on the way may not be entered
    except ValueError:  # a NUL in the path
        return False


def walk(folder: str) -> Iterator[str]:
    """All files in a folder and its sub-folders, each folder's entries by name.

    What cannot be read is among them, so that it gets a line of its own in the results.
    """
    try:
        for name, is_a_folder in sorted_entries(folder):
            path = os.path.join(folder, name)  # noqa: PTH118 a Path for each of a million files costs seconds
            if is_a_folder:
                yield from walk(path)
            else:
                yield path
    except OSError:
        yield folder  # whoever reads it learns why it cannot be read
