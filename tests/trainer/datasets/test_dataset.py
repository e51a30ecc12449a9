"""A dataset's splits and its digest."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from lenet_trainer.datasets.dataset import Dataset, content_digest


def test_splits(small_digits: Dataset) -> None:
    assert small_digits.split("train")[0] is small_digits.train_images
    assert small_digits.split("test")[1] is small_digits.test_labels
    with pytest.raises(ValueError, match="validation"):
        small_digits.split("validation")


def test_the_digest_is_that_of_the_idx_files_in_a_row() -> None:
    images, labels = np.full((1, 1, 2, 2), 7, np.uint8), np.array([3], np.int64)
    image_file = b"\0\0\x08\x03" + b"\0\0\0\x01\0\0\0\x02\0\0\0\x02" + b"\x07" * 4
    label_file = b"\0\0\x08\x01" + b"\0\0\0\x01" + b"\x03"
    expected = hashlib.sha256(2 * (image_file + label_file)).hexdigest()
    assert content_digest(images, labels, images, labels) == expected


def test_the_digest_tells_the_splits_apart(small_digits: Dataset) -> None:
    train, test = small_digits.split("train"), small_digits.split("test")
    assert content_digest(*train, *test) == small_digits.sha256
    assert content_digest(*test, *train) != small_digits.sha256
    assert replace(small_digits, name="mine").sha256 == small_digits.sha256
