"""The run's own results are no pictures, even where they lie among them: `lenet classify . --output results.csv`."""

import os
from collections.abc import Iterable, Iterator

from lenet_client.cli.inputs.picture import Picture


def without(files: Iterable[str | os.PathLike[str]], pictures: Iterable[Picture]) -> Iterator[Picture]:
    """The pictures but for these files, whichever way their paths are written."""
    own = {os.path.abspath(file) for file in files}  # noqa: PTH100 a Path for each picture costs seconds
    names = tuple(os.path.basename(file) for file in own)  # noqa: PTH119
    for picture in pictures:
        if not (picture.path.endswith(names) and os.path.abspath(picture.path) in own):  # noqa: PTH100
            yield picture
