"""Writes a dataset as image files in folders named by label, for `lenet classify --labels-from-folders`."""

from collections.abc import Sequence
from pathlib import Path

from lenet_imaging import encode_png
from lenet_trainer.corruptions.render import encode_image
from lenet_trainer.corruptions.sample import corrupted_images
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


def write_corrupted(
    dataset: Dataset, split: str, kinds: Sequence[str], count: int, seed: int, folder: Path, progress: Progress
) -> int:
    """Write `count` digits of a split, corrupted in each of the kinds, to `folder/<kind>/<label>/`; return the total.

    Raises DatasetError if the dataset's images are not 28×28 digits, or the folder is not empty or cannot be written.
    """
    make_empty(folder)
    written = 0
    progress.begin("writing pictures", len(kinds) * min(count, len(dataset.split(split)[0])))
    try:
        for kind in kinds:
            for each in corrupted_images(dataset, split, kind, count, seed):
                data, suffix = encode_image(each.picture, each.recipe.quality)
                path = folder / kind / each.label / f"{each.index:05}{suffix}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                written += 1
                progress.advance()
    except OSError as error:
        raise DatasetError(f"{folder} cannot be written: {error.strerror}") from error
    progress.end()
    return written


def make_empty(folder: Path) -> None:
    """Create the folder if it is missing; raises DatasetError if it is not empty or cannot be created."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DatasetError(f"{folder} is not empty; name a new folder with --output")
    except OSError as error:
        raise DatasetError(f"{folder} cannot be written: {error.strerror}") from error
