"""Creates the folder for plots."""

from pathlib import Path

from lenet_trainer.errors import OutputError


def make_folder(folder: Path) -> None:
    """Create the folder if it is missing; raises OutputError if that fails. Existing plots will be overwritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}; choose another --output") from error
