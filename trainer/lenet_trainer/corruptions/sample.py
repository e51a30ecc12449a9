"""Samples digits evenly over a split and renders each with a kind of corruption, reproducibly by seed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.corruptions.kinds import KINDS, recipe
from lenet_trainer.corruptions.recipe import Recipe
from lenet_trainer.corruptions.render import render
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import DatasetError


@dataclass(frozen=True)
class CorruptedImage:
    """One image: the digit's index in its split, its label, its recipe, and pixels, RGB uint8 [height, width, 3]."""

    index: int
    label: str
    recipe: Recipe
    picture: NDArray[np.uint8]


def corrupted_images(dataset: Dataset, split: str, kind: str, count: int, seed: int) -> Iterator[CorruptedImage]:
    """Yield at most `count` images with a kind of corruption, no two of the same digit.

    Raises DatasetError if the dataset does not hold digits of MNIST's form.
    """
    if dataset.image_shape != (1, 28, 28) or dataset.fit != "ink":
        raise DatasetError(f"corruptions are for digits of 28×28 pixels, such as mnist; {dataset.name} has others")
    images, labels = dataset.split(split)
    number = list(KINDS).index(kind)
    for index in np.linspace(0, len(images) - 1, min(count, len(images))).round().astype(int).tolist():
        # The image of a digit depends only on seed, kind and index, not on how many others are drawn.
        random = np.random.default_rng([seed, number, index])
        made = recipe(kind, random)
        yield CorruptedImage(index, dataset.labels[labels[index]], made, render(images[index, 0], made, random))
