"""A split becomes PNG files in folders named by label, pixel for pixel."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.image_writer import write_pictures
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Silent


def test_every_picture_under_its_label(small_digits: Dataset, tmp_path: Path) -> None:
    assert write_pictures(small_digits, "test", tmp_path / "out", Silent()) == 360
    files = sorted((tmp_path / "out").rglob("*.png"), key=lambda path: path.name)
    assert [path.name for path in files] == [f"{index:05}.png" for index in range(360)]
    assert [path.parent.name for path in files] == [str(label) for label in small_digits.test_labels]
    for path, image in zip(files, small_digits.test_images, strict=True):
        with Image.open(path) as picture:
            assert np.array_equal(np.asarray(picture), image[0])


def test_a_folder_with_files_is_refused(small_digits: Dataset, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(DatasetError, match="is not empty"):
        write_pictures(small_digits, "test", tmp_path, Silent())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_place_that_cannot_be_written(small_digits: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="cannot be written"):
        write_pictures(small_digits, "test", tmp_path / "file" / "out", Silent())


def test_the_training_split_too(small_digits: Dataset, tmp_path: Path) -> None:
    few = replace(small_digits, train_images=small_digits.train_images[:5], train_labels=small_digits.train_labels[:5])
    assert write_pictures(few, "train", tmp_path, Silent()) == 5
