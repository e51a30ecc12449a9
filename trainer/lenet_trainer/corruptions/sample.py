"""Some digits of a split, spread over all of it, each made into a picture of a kind: the same for the same seed."""

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
class Disturbed:
    """One picture: the digit's index in its split, its label, how it was made, and RGB uint8 [height, width, 3]."""

    index: int
    label: str
    recipe: Recipe
    picture: NDArray[np.uint8]


def disturbed(dataset: Dataset, split: str, kind: str, count: int, seed: int) -> Iterator[Disturbed]:
    """So many pictures of a kind, or one of each digit where there are fewer.

    Raises DatasetError where the dataset's pictures are not digits as MNIST has them.
    """
    if dataset.image_shape != (1, 28, 28) or dataset.fit != "ink":
        raise DatasetError(f"disturbances are for digits of 28×28 pixels, such as mnist; {dataset.name} has others")
    images, labels = dataset.split(split)
    number = list(KINDS).index(kind)
    for index in np.linspace(0, len(images) - 1, min(count, len(images))).round().astype(int).tolist():
        # A digit's picture depends on nothing but the seed, its kind and its place, however many others there are.
        random = np.random.default_rng([seed, number, index])
        made = recipe(kind, random)
        yield Disturbed(index, dataset.labels[labels[index]], made, render(images[index, 0], made, random))
