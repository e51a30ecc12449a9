"""Writes a dataset as image files in folders named by label, for `lenet classify --labels-from-folders`."""

from pathlib import Path

from lenet_imaging import encode_png
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Progress


def write_pictures(dataset: Dataset, split: str, folder: Path, progress: Progress) -> int:
    """Write every image of a split to `folder/<label>/<index in the split>.png` and return their number.

    Raises DatasetError if the folder is not empty or cannot be written.
    """
    images, labels = dataset.split(split)
    make_empty(folder)
    try:
        for label in dataset.labels:
            (folder / label).mkdir()
        progress.begin("writing pictures", len(images))
        for index, (image, label_index) in enumerate(zip(images, labels, strict=True)):
            path = folder / dataset.labels[label_index] / f"{index:05}.png"
            path.write_bytes(encode_png(image))
            progress.advance()
        progress.end()
    except OSError as error:
        raise DatasetError(f"{folder} cannot be written: {error.strerror}") from error
    return len(images)


def make_empty(folder: Path) -> None:
    """Create the folder if it is missing; raises DatasetError if it is not empty or cannot be created."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DatasetError(f"{folder} is not empty; name a new folder with --output")
    except OSError as error:
        raise DatasetError(f"{folder} cannot be written: {error.strerror}") from error
