"""MNIST from its four IDX files, found in the data folder or downloaded into it; both are checked by digest."""

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.datasets import idx
from lenet_trainer.datasets.dataset import Dataset, content_digest
from lenet_trainer.datasets.download import download
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Progress

# SHA-256 of the uncompressed files: compressed copies differ from mirror to mirror.
FILES = MappingProxyType(
    {
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    }
)
REMEDY = "Another copy: --mirror URL. No download at all: --dataset digits"


@dataclass(frozen=True)
class MnistFiles:
    """The four files in `data_dir` (or its folder `mnist`), downloaded from `mirror` if they are missing.

    `digests` maps the files' names, in the order training images, training labels, test images, test labels, to the
    SHA-256 of their uncompressed content.
    """

    data_dir: Path
    mirror: str
    progress: Progress
    digests: Mapping[str, str] = field(default_factory=lambda: FILES)

    def load(self) -> Dataset:
        """Return all images [N, 1, 28, 28] and labels; raises DatasetError naming a missing or damaged file."""
        train_images, train_labels, test_images, test_labels = (self.read(name) for name in self.digests)
        check_pairs(train_images, train_labels, "training")
        check_pairs(test_images, test_labels, "test")
        arrays = (
            train_images[:, None],  # [N, 1, 28, 28]
            train_labels.astype(np.int64),
            test_images[:, None],
            test_labels.astype(np.int64),
        )
        return Dataset(
            "mnist",
            content_digest(*arrays),
            tuple("0123456789"),
            "ink",
            *arrays,
            description=(
                "MNIST: handwritten digits, 28×28 pixels, white ink on black, "
                f"{len(train_images):,} to train and {len(test_images):,} to test"
            ),
            attribution=(
                "MNIST by Y. LeCun, C. Cortes and C. Burges, made from NIST's Special Databases 1 and 3; "
                "available under CC BY-SA 3.0"
            ),
        )

    def read(self, name: str) -> NDArray[np.uint8]:
        """Return the array in the file of that name, from the disk or from the mirror."""
        for folder in (self.data_dir / "mnist", self.data_dir):
            for path in (folder / name, folder / f"{name}.gz"):
                if path.is_file():
                    return self.from_disk(path, name)
        url = f"{self.mirror.rstrip('/')}/{name}.gz"
        target = self.data_dir / "mnist" / f"{name}.gz"
        try:
            content = download(url, target, lambda body: self.unpack(body, name, url), self.progress)
        except DatasetError as error:
            raise DatasetError(f"{error}. {REMEDY}") from error
        return idx.parse(content, url)

    def from_disk(self, path: Path, name: str) -> NDArray[np.uint8]:
        """Return the array in a file on the disk."""
        try:
            return idx.parse(self.unpack(path.read_bytes(), name, str(path)), str(path))
        except OSError as error:
            raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
        except DatasetError as error:
            raise DatasetError(f"{error}. Delete it, and it is downloaded again") from error

    def unpack(self, content: bytes, name: str, origin: str) -> bytes:
        """Return the uncompressed content of a file, compressed or not; raises DatasetError if its digest is wrong.

        `origin` is the file's path or address, for the message.
        """
        if content[:2] == b"\x1f\x8b":
            try:
                content = gzip.decompress(content)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise DatasetError(f"{origin} is truncated or corrupted: {error}") from error
        digest = hashlib.sha256(content).hexdigest()
        if digest != self.digests[name]:
            raise DatasetError(f"{origin} is not the expected {name}: SHA-256 {digest}, expected {self.digests[name]}")
        return content


def check_pairs(images: NDArray[np.uint8], labels: NDArray[np.uint8], split: str) -> None:
    """Raise DatasetError if images and labels of a split do not match."""
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels) or len(images) == 0:
        raise DatasetError(f"the {split} files do not match: images {images.shape}, labels {labels.shape}")
    if labels.max() > 9:
        raise DatasetError(f"the {split} labels go up to {labels.max()}, but there are ten digits")
