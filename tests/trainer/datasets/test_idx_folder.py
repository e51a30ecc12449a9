"""Four IDX files in MNIST's form become a dataset, with numbers or names as labels."""

import gzip
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.idx import serialise
from lenet_trainer.datasets.idx_folder import label_names
from lenet_trainer.datasets.loader import load
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def write(folder: Path, names: tuple[str, ...], *arrays: NDArray[np.uint8]) -> None:
    """The files, compressed if the name ends in .gz."""
    for name, array in zip(names, arrays, strict=True):
        content = serialise(array)
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def read(folder: Path, **settings: Any) -> Dataset:
    return load(DataSettings(dataset="idx", data_dir=folder, **settings), Silent())


def cycle(count: int, first: int, last: int) -> NDArray[np.uint8]:
    """Labels from first to last, again and again."""
    return np.resize(np.arange(first, last + 1), count).astype(np.uint8)


def test_as_fashion_mnist_comes(tmp_path: Path) -> None:
    folder = tmp_path / "fashion"
    folder.mkdir()
    arrays = (noise(30, 28, 28), cycle(30, 0, 9), noise(20, 28, 28), cycle(20, 0, 9))
    write(folder, tuple(f"{name}.gz" for name in NAMES), *arrays)
    dataset = read(folder)
    assert (dataset.name, dataset.labels, dataset.fit) == ("fashion", tuple("0123456789"), "resize")
    assert np.array_equal(dataset.train_images[:, 0], arrays[0])
    assert dataset.test_labels.tolist() == arrays[3].tolist()
    assert dataset.sha256 == hashlib.sha256(b"".join(serialise(array) for array in arrays)).hexdigest()
    names = "top,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,boot"
    assert read(folder, labels=names).labels[9] == "boot"


def test_as_emnists_letters_come(tmp_path: Path) -> None:
    names = tuple(name.replace("t10k", "test") for name in NAMES)
    arrays = (noise(60, 28, 28), cycle(60, 1, 26), noise(52, 28, 28), cycle(52, 1, 26))
    write(tmp_path, tuple(f"emnist-letters-{name}.gz" for name in names), *arrays)
    dataset = read(tmp_path)
    assert dataset.name == "emnist-letters"
    assert dataset.labels == tuple(str(number) for number in range(1, 27))
    assert (dataset.train_labels.min(), dataset.train_labels.max()) == (0, 25)
    assert np.array_equal(dataset.train_images[5, 0], arrays[0][5].T)  # EMNIST's pictures lie on their side
    assert np.array_equal(read(tmp_path, transposed="no").train_images[5, 0], arrays[0][5])
    letters = ",".join("abcdefghijklmnopqrstuvwxyz")
    assert read(tmp_path, labels=letters).labels[:2] == ("a", "b")
    with pytest.raises(DatasetError, match="must be 26 different names for the labels 1 to 26; there are 2"):
        read(tmp_path, labels="a,b")


@pytest.mark.parametrize("shape", [(12, 40), (40, 12, 3), (3, 40, 12)])
def test_other_sizes_and_channels(shape: tuple[int, ...], tmp_path: Path) -> None:
    write(tmp_path, NAMES, noise(6, *shape), cycle(6, 0, 1), noise(4, *shape), cycle(4, 0, 1))
    channels = 3 if 3 in shape else 1
    height, width = (size for size in shape if size != 3)
    assert read(tmp_path).image_shape == (channels, height, width)
    assert read(tmp_path, height=16, width=20, channels=1).image_shape == (1, 16, 20)


def test_pictures_that_are_too_small(tmp_path: Path) -> None:
    write(tmp_path, NAMES, noise(6, 8, 8), cycle(6, 0, 1), noise(4, 8, 8), cycle(4, 0, 1))
    with pytest.raises(DatasetError, match="8×8 pixels are too small: 12×12"):
        read(tmp_path)
    assert read(tmp_path, height=16, width=16).image_shape == (1, 16, 16)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    write(tmp_path, NAMES[:2], noise(6, 28, 28), cycle(6, 0, 1))
    with pytest.raises(DatasetError, match="there are none of the test images, test labels"):
        read(tmp_path)
    with pytest.raises(DatasetError, match=r"missing cannot be read: No such file.*--data-dir"):
        read(tmp_path / "missing")


def test_two_datasets_in_one_folder(tmp_path: Path) -> None:
    arrays = (noise(6, 28, 28), cycle(6, 0, 1), noise(4, 28, 28), cycle(4, 0, 1))
    for prefix in ("emnist-digits-", "emnist-letters-"):
        write(tmp_path, tuple(prefix + name for name in NAMES), *arrays)
    with pytest.raises(DatasetError, match="several datasets: emnist-digits, emnist-letters; give each a folder"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("replaced", "content", "message"),
    [
        (0, b"\x1f\x8b\x08\0", "train-images.* is truncated or corrupted"),
        (1, b"\0\0\x08\x01\0\0\0\x03ab", "train-labels.* promises 11"),
        (3, serialise(cycle(5, 0, 1)), "t10k-images.* and .*t10k-labels.* do not match"),
        (2, serialise(noise(4, 28, 20)), "t10k-images.* has pictures of another size"),
    ],
)
def test_damaged_files_are_named(replaced: int, content: bytes, message: str, tmp_path: Path) -> None:
    write(tmp_path, NAMES, noise(6, 28, 28), cycle(6, 0, 1), noise(4, 28, 28), cycle(4, 0, 1))
    (tmp_path / NAMES[replaced]).write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        read(tmp_path)


def test_one_label_only(tmp_path: Path) -> None:
    write(tmp_path, NAMES, noise(6, 28, 28), cycle(6, 4, 4), noise(4, 28, 28), cycle(4, 4, 4))
    with pytest.raises(DatasetError, match="all pictures have the label 4"):
        read(tmp_path)


@given(st.integers(0, 200).flatmap(lambda first: st.tuples(st.just(first), st.integers(first + 1, 255))))
def test_every_number_has_a_name(numbers: tuple[int, int]) -> None:
    first, last = numbers
    offset, names = label_names(first, last, None)
    assert names[first - offset] == str(first)
    assert names[-1] == str(last)
    given_names = ",".join(f"name {number}" for number in range(first, last + 1))
    offset, names = label_names(first, last, given_names)
    assert (names[first - offset], names[last - offset]) == (f"name {first}", f"name {last}")
