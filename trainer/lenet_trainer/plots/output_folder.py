"""The folder that drawings go to."""

from pathlib import Path

from lenet_trainer.errors import OutputError


def make_folder(folder: Path) -> None:
    """Make a folder where there is none; raises OutputError where that cannot be done.

    Drawings that are there already are drawn over: they can be made again at any time.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}; choose another --output") from error
