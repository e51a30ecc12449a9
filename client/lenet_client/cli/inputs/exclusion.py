"""Excludes a run's own output from its pictures, for `lenet classify . --output results.csv`."""

import os
from collections.abc import Iterable, Iterator

from lenet_client.cli.inputs.picture import Picture


def exclude(files: Iterable[str | os.PathLike[str]], pictures: Iterable[Picture]) -> Iterator[Picture]:
    """The pictures except these files, compared by absolute path."""
    excluded = {os.path.abspath(file) for file in files}  # noqa: PTH100 Path would take seconds for a million pictures
    names = tuple(os.path.basename(file) for file in excluded)  # noqa: PTH119
    for picture in pictures:
        if not (picture.path.endswith(names) and os.path.abspath(picture.path) in excluded):  # noqa: PTH100
            yield picture
