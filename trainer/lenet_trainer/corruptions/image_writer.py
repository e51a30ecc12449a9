"""Writes corrupted images of a dataset's digits, in folders named by kind and label."""

from collections.abc import Sequence
from pathlib import Path

from lenet_trainer.corruptions.render import encode_image
from lenet_trainer.corruptions.sample import corrupted_images
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.image_writer import make_empty
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Progress


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
