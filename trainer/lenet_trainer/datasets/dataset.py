"""A loaded dataset: images and labels, split for training and testing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.datasets.idx import serialise


@dataclass(frozen=True)
class Dataset:
    """Images uint8 [N, C, H, W] with labels int64 [N], which are indices into `labels`.

    `fit` names the preprocessing of lenet_imaging that brings other images into this form ("ink" or "resize").
    `description` and `attribution` are sentences for the model card. `split_settings` are the settings, by name, that
    chose the test split; the model file keeps them, so that a later evaluation uses the same images.
    """

    name: str
    sha256: str
    labels: tuple[str, ...]
    fit: str
    train_images: NDArray[np.uint8]  # [N, C, H, W]
    train_labels: NDArray[np.int64]  # [N]
    test_images: NDArray[np.uint8]  # [N, C, H, W]
    test_labels: NDArray[np.int64]  # [N]
    description: str
    attribution: str
    split_settings: Mapping[str, int | float] = field(default_factory=dict)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of every image."""
        channels, height, width = self.train_images.shape[1:]
        return channels, height, width

    @property
    def outside(self) -> str:
        """How to fill the edges of a shifted image: with `zeros`, which is paper, or by repeating the `border`."""
        return "zeros" if self.fit == "ink" else "border"

    def split(self, name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return images [N, C, H, W] and labels [N] of the split `train` or `test`."""
        if name == "train":
            return self.train_images, self.train_labels
        if name == "test":
            return self.test_images, self.test_labels
        raise ValueError(f"a dataset has the splits train and test, not {name!r}")


def content_digest(
    train_images: NDArray[np.uint8],
    train_labels: NDArray[np.int64],
    test_images: NDArray[np.uint8],
    test_labels: NDArray[np.int64],
) -> str:
    """Return the SHA-256 of the four arrays as concatenated IDX files, for MNIST that of `cat FILES | sha256sum`."""
    digest = hashlib.sha256()
    for images, labels in ((train_images, train_labels), (test_images, test_labels)):
        digest.update(serialise(images[:, 0] if images.shape[1] == 1 else images))
        digest.update(serialise(label_bytes(labels)))
    return digest.hexdigest()


def label_bytes(labels: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return labels [N] as bytes [N], or [N, 2] with the high byte first if there are more than 256 labels."""
    if labels.max(initial=0) < 256:
        return labels.astype(np.uint8)
    return np.stack([labels >> 8, labels & 255], axis=1).astype(np.uint8)
