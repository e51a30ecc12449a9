"""Datasets in the form of MNIST, such as Fashion-MNIST, KMNIST or EMNIST: four IDX files in a folder."""

import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import Preprocessing, fit
from lenet_trainer.datasets import idx
from lenet_trainer.datasets.dataset import Dataset, content_digest
from lenet_trainer.errors import DatasetError
from lenet_trainer.setting_field import flag, variable
from lenet_trainer.settings import SMALLEST, DataSettings

# train-images-idx3-ubyte, t10k-labels-idx1-ubyte.gz, emnist-letters-test-images-idx3-ubyte.gz, …
NAME = re.compile(r"(?P<set>.*?)-?(?P<split>train|t10k|test)-(?P<kind>images|labels)[-.]idx\d-ubyte(?P<packed>\.gz)?")
PARTS = (("train", "images"), ("train", "labels"), ("test", "images"), ("test", "labels"))


@dataclass(frozen=True)
class IdxFolder:
    """The four files in `settings.data_dir`; their digest is recorded, not checked."""

    settings: DataSettings

    def load(self) -> Dataset:
        """Return all images and labels; raises DatasetError naming a file that is missing, damaged or does not fit."""
        name, paths = find_files(self.settings.data_dir)
        train_images, train_numbers, test_images, test_numbers = (read(paths[part]) for part in PARTS)
        for images, numbers, split in ((train_images, train_numbers, "train"), (test_images, test_numbers, "test")):
            if numbers.ndim != 1 or len(images) != len(numbers) or len(numbers) == 0:
                both = f"{paths[split, 'images']} and {paths[split, 'labels']}"
                raise DatasetError(f"{both} do not match: {images.shape}, {numbers.shape}")
        first = int(min(train_numbers.min(), test_numbers.min()))
        last = int(max(train_numbers.max(), test_numbers.max()))
        offset, labels = label_names(first, last, self.settings.labels)
        chosen = self.settings.transposed
        transposed = chosen == "yes" or (chosen == "auto" and name.startswith("emnist"))
        train, test = (self.formed(images, transposed) for images in (train_images, test_images))
        if train.shape[1:] != test.shape[1:]:
            raise DatasetError(f"{paths['test', 'images']} has pictures of another size than the training pictures")
        arrays = (train, train_numbers.astype(np.int64) - offset, test, test_numbers.astype(np.int64) - offset)
        _, _, height, width = train.shape
        return Dataset(
            name,
            content_digest(*arrays),
            labels,
            self.settings.fit or "resize",
            *arrays,
            description=(
                f"{name}: IDX files in the form of MNIST, {height}×{width} pixels, {len(train):,} to train and "
                f"{len(test):,} to test" + (", turned upright" if transposed else "")
            ),
            attribution="that of the IDX files, which is not known here",
        )

    def formed(self, images: NDArray[np.uint8], transposed: bool) -> NDArray[np.uint8]:
        """Return images [N, C, H, W] in the settings' size, from [N, H, W], [N, H, W, C] or [N, C, H, W]."""
        if images.ndim == 4 and images.shape[3] not in (1, 3):
            images = images.transpose(0, 2, 3, 1)
        if images.ndim == 3:
            images = images[..., None]  # [N, H, W, C]
        if images.ndim != 4 or images.shape[3] not in (1, 3):
            raise DatasetError(
                f"images must be [N, H, W], [N, H, W, C] or [N, C, H, W] with 1 or 3 channels C: {images.shape}"
            )
        if transposed:
            images = images.swapaxes(1, 2)
        _, height, width, channels = images.shape
        wanted = (
            self.settings.channels or channels,
            self.settings.height or height,
            self.settings.width or width,
        )
        if min(wanted[1:]) < SMALLEST:
            raise DatasetError(
                f"pictures of {height}×{width} pixels are too small: {SMALLEST}×{SMALLEST} are needed; "
                "--height and --width enlarge them"
            )
        if wanted == (channels, height, width):
            return np.ascontiguousarray(images.transpose(0, 3, 1, 2))
        preprocessing = Preprocessing("resize", *wanted)
        return np.stack([fit(image[..., 0] if channels == 1 else image, preprocessing) for image in images])


def find_files(folder: Path) -> tuple[str, Mapping[tuple[str, str], Path]]:
    """Return the dataset's name and its files by split and kind; raises DatasetError unless there is just one."""
    try:
        matches = [(match, path) for path in sorted(folder.iterdir()) if (match := NAME.fullmatch(path.name))]
    except OSError as error:
        raise DatasetError(f"{folder} cannot be read: {error.strerror}; name a folder with --data-dir") from error
    names = sorted({match["set"] for match, _ in matches})
    if len(names) > 1:
        known = ", ".join(name or "without a name" for name in names)
        raise DatasetError(f"{folder} holds several datasets: {known}; give each a folder of its own")
    # Paths are sorted, so an uncompressed file comes before the compressed one of the same name, and wins.
    paths: dict[tuple[str, str], Path] = {}
    for match, path in matches:
        paths.setdefault(("train" if match["split"] == "train" else "test", match["kind"]), path)
    missing = [f"{split} {kind}" for split, kind in PARTS if (split, kind) not in paths]
    if missing:
        raise DatasetError(
            f"{folder} must hold four IDX files named like train-images-idx3-ubyte and t10k-labels-idx1-ubyte.gz; "
            f"there are none of the {', '.join(missing)}"
        )
    return names[0] or folder.resolve().name, paths


def read(path: Path) -> NDArray[np.uint8]:
    """Return the array in an IDX file, compressed or not; raises DatasetError naming the file."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(f"{path} is truncated or corrupted: {error}") from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
    return idx.parse(content, str(path))


def label_names(first: int, last: int, given: str | None) -> tuple[int, tuple[str, ...]]:
    """Return the number of the first label and the names of all, for files that use the numbers `first` to `last`.

    EMNIST's letters begin at 1: then 26 names stand for 1 to 26. Raises DatasetError for a wrong number of names, or
    for a single label.
    """
    if first == last:
        raise DatasetError(f"all pictures have the label {first}; two labels are needed at least")
    if given is None:
        start = first if first <= 1 else 0
        return start, tuple(str(number) for number in range(start, last + 1))
    names = tuple(name.strip() for name in given.split(","))
    for start in (0, first):
        if len(names) == last - start + 1 and len(set(names)) == len(names) and all(names):
            return start, names
    raise DatasetError(
        f"{flag('labels')} ({variable('labels')}) must be {last - first + 1} different names for the labels "
        f"{first} to {last}; there are {len(set(names))}"
    )
