"""Handwritten digits for the tests of imaging: MNIST's test images where they are, else scikit-learn's."""

import gzip
import os
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from sklearn.datasets import load_digits

IDX_HEADER = 16  # bytes before the pixels of an IDX file of images


@pytest.fixture(scope="session")
def digits() -> npt.NDArray[np.uint8]:
    """Digits as MNIST keeps them, light on black: uint8 [N, 28, 28]."""
    mnist = Path(os.environ.get("LENET_DATA_DIR", "data"), "mnist", "t10k-images-idx3-ubyte.gz")
    if mnist.exists():
        return np.frombuffer(gzip.decompress(mnist.read_bytes()), np.uint8, offset=IDX_HEADER).reshape(-1, 28, 28)
    eight = load_digits().images.astype(np.float32) * (255 / 16)
    twenty = np.array([cv2.resize(image, (20, 20), interpolation=cv2.INTER_CUBIC) for image in eight])
    strokes = np.clip(3 * twenty - 255, 0, 255)  # with edges as steep as MNIST's
    return np.pad(strokes, ((0, 0), (4, 4), (4, 4))).astype(np.uint8)
