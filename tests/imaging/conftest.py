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
LABELS_HEADER = 8  # and before an IDX file's labels


@pytest.fixture(scope="session")
def digits() -> npt.NDArray[np.uint8]:
    """Digits as MNIST keeps them, light on black: uint8 [N, 28, 28]."""
    mnist = Path(os.environ.get("LENET_DATA_DIR", "data"), "mnist", "t10k-images-idx3-ubyte.gz")
    if mnist.exists():
        return np.frombuffer(gzip.decompress(mnist.read_bytes()), np.uint8, offset=IDX_HEADER).reshape(-1, 28, 28)
    eight = load_digits().images.astype(np.float32) * (255 / 16)
    twenty = np.array([cv2.resize(image, (20, 20), interpolation=cv2.INTER_CUBIC) for image in eight])
    strokes = np.clip(3 * twenty - 255, 0, 255)  # with edges as steep as MNIST's
    return np.array([_placed(image.astype(np.uint8)) for image in strokes])


def _placed(digit: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return a digit [20, 20] in a field [28, 28], its centre of mass in the middle, as near as it fits."""
    left, top, width, height = cv2.boundingRect(digit)
    cut = cv2.resize(digit[top : top + height, left : left + width], None, fx=(f := 20 / max(width, height)), fy=f)
    moments = cv2.moments(cut)
    down, across = (
        min(max(round(14 - moments[each] / moments["m00"]), 0), 28 - length)
        for each, length in zip(("m01", "m10"), cut.shape, strict=True)
    )
    field = np.zeros((28, 28), np.uint8)
    field[down : down + cut.shape[0], across : across + cut.shape[1]] = cut
    return field


@pytest.fixture(scope="session")
def labels() -> npt.NDArray[np.uint8]:
    """What the digits are: uint8 [N]."""
    mnist = Path(os.environ.get("LENET_DATA_DIR", "data"), "mnist", "t10k-labels-idx1-ubyte.gz")
    if mnist.exists():
        return np.frombuffer(gzip.decompress(mnist.read_bytes()), np.uint8, offset=LABELS_HEADER)
    return np.asarray(load_digits().target, np.uint8)
