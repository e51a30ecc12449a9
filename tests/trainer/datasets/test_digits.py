"""scikit-learn's digits have the model's shape, and each label is in both splits."""

import numpy as np

from lenet_trainer.datasets.dataset import Dataset


def test_form(small_digits: Dataset) -> None:
    assert small_digits.name == "digits"
    assert small_digits.labels == tuple("0123456789")
    assert small_digits.image_shape == (1, 28, 28)
    assert (len(small_digits.train_images), len(small_digits.test_images)) == (1437, 360)
    assert small_digits.train_images.dtype == np.uint8
    assert small_digits.train_labels.dtype == np.int64


def test_the_split_is_stratified(small_digits: Dataset) -> None:
    share = np.bincount(small_digits.test_labels) / (
        np.bincount(small_digits.test_labels) + np.bincount(small_digits.train_labels)
    )
    np.testing.assert_allclose(share, 0.2, atol=0.01)


def test_ink_is_light_and_framed_by_paper(small_digits: Dataset) -> None:
    assert small_digits.train_images[..., 0, :].max() < 64
    assert small_digits.train_images.max(axis=(1, 2, 3)).min() > 128
