"""Folders of images of any formats and sizes become datasets, preprocessed as in the server."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lenet_imaging import Preprocessing, prepare
from lenet_trainer.datasets.dataset import Dataset, content_digest
from lenet_trainer.datasets.loader import load
from lenet_trainer.datasets.stratified_split import stratified
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings

FORMATS = ("png", "jpg", "bmp", "gif", "webp", "tif")


class Notes(Silent):
    """A progress that records the reported lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


def save(path: Path, seed: int, colour: bool) -> None:
    """A picture of a size and content of its own."""
    random = np.random.default_rng(seed)
    height, width = random.integers(15, 60, 2)
    pixels = random.integers(0, 256, (height, width, 3) if colour else (height, width)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def fill(folder: Path, count: int, colour: bool, seed: int = 0) -> None:
    """`count` pictures of all formats in turn."""
    for number in range(count):
        save(folder / f"{number:02}.{FORMATS[number % len(FORMATS)]}", 1000 * seed + number, colour)


def read(folder: Path, **settings: Any) -> Dataset:
    return load(DataSettings(dataset="folder", data_dir=folder, **settings), Silent())


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Ten coloured cats and twenty coloured dogs."""
    folder = tmp_path / "pets"
    fill(folder / "dog" / "large", 10, colour=True, seed=1)
    fill(folder / "dog" / "small", 10, colour=True, seed=2)
    fill(folder / "cat", 10, colour=True, seed=3)
    return folder


def test_form_and_split(pets: Path) -> None:
    dataset = read(pets)
    assert (dataset.name, dataset.labels, dataset.fit) == ("pets", ("cat", "dog"), "resize")
    assert dataset.image_shape == (3, 28, 28)
    assert np.bincount(dataset.train_labels).tolist() == [8, 16]
    assert np.bincount(dataset.test_labels).tolist() == [2, 4]
    assert dataset.split_settings == {"test_share": 0.2, "split_seed": 0}
    assert "30 pictures in 2 folders" in dataset.description


def test_every_picture_is_what_the_server_makes_of_the_file(pets: Path) -> None:
    dataset = read(pets, height=20, width=14, channels=1)
    preprocessing = Preprocessing("resize", 1, 20, 14)
    expected = {prepare(path.read_bytes(), preprocessing).tobytes() for path in pets.rglob("*.*")}
    images = np.concatenate([dataset.train_images, dataset.test_images])
    assert {image.tobytes() for image in images} == expected


def test_the_same_seed_gives_the_same_split(pets: Path) -> None:
    assert read(pets).sha256 == read(pets).sha256
    assert read(pets, split_seed=1).sha256 != read(pets).sha256
    assert len(read(pets, test_share=0.5).test_labels) == 15


def test_given_splits(pets: Path, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    pets.rename(folder / "train")
    fill(folder / "test" / "cat", 3, colour=True, seed=4)
    fill(folder / "test" / "dog", 1, colour=True, seed=5)
    dataset = read(folder)
    assert np.bincount(dataset.train_labels).tolist() == [10, 20]
    assert np.bincount(dataset.test_labels).tolist() == [3, 1]
    assert dataset.split_settings == {}
    fill(folder / "test" / "cow", 1, colour=True)
    with pytest.raises(DatasetError, match="in test but not in train: cow"):
        read(folder)


def test_grey_pictures_give_one_channel(tmp_path: Path) -> None:
    for label in "ab":
        fill(tmp_path / label, 6, colour=False, seed=ord(label))
        with Image.open(tmp_path / label / "00.png") as picture:
            picture.convert("RGB").save(tmp_path / label / "grey as colours.jpg")
    assert read(tmp_path).image_shape == (1, 28, 28)
    assert read(tmp_path, channels=3).image_shape == (3, 28, 28)


def test_signs_are_found_where_ink_is_asked_for(tmp_path: Path) -> None:
    page = np.full((120, 90, 3), (250, 240, 200), np.uint8)
    for label, column in (("a", 40), ("b", 60)):
        (tmp_path / label).mkdir()
        for number in range(5):
            sign = page.copy()
            sign[30:80, column : column + 3 + number] = (20, 20, 90)
            Image.fromarray(sign).save(tmp_path / label / f"{number}.png")
    dataset = read(tmp_path, fit="ink")
    assert (dataset.fit, dataset.image_shape) == ("ink", (1, 28, 28))
    assert (dataset.train_images[:, :, 0] == 0).all()  # paper has become black


def test_labels_that_are_numbers_are_in_their_order(tmp_path: Path) -> None:
    for label in ("10", "9", "1"):
        fill(tmp_path / label, 5, colour=False, seed=int(label))
    assert read(tmp_path).labels == ("1", "9", "10")


def test_unreadable_pictures_are_told_of_and_skipped(pets: Path) -> None:
    (pets / "cat" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (pets / "dog" / "empty.png").write_bytes(b"")
    (pets / "dog" / "Thumbs.db").write_bytes(b"not even tried")
    (pets / "dog" / ".hidden").write_bytes(b"nor this")
    notes = Notes()
    settings = DataSettings(dataset="folder", data_dir=pets, max_unreadable=2)
    assert len(load(settings, notes).train_labels) == 24
    assert [line.split(": ")[:2] for line in notes.lines] == [
        ["skipped", str(pets / "cat" / "broken.jpg")],
        ["skipped", str(pets / "dog" / "empty.png")],
    ]
    with pytest.raises(DatasetError, match=r"more than 1 pictures .*empty\.png.* --max-unreadable N"):
        load(replace(settings, max_unreadable=1), notes)


def test_too_few_pictures(pets: Path) -> None:
    fill(pets / "cow", 4, colour=True)
    with pytest.raises(DatasetError, match="of the label cow there are 3 to train and 1 to test with; every label"):
        read(pets)


def test_an_empty_label(pets: Path) -> None:
    (pets / "cow").mkdir()
    with pytest.raises(DatasetError, match="of the label cow there are 0 to train"):
        read(pets)


def test_one_label_only_or_none(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is none"):
        read(tmp_path)
    fill(tmp_path / "cat", 10, colour=False)
    with pytest.raises(DatasetError, match="there is only cat"):
        read(tmp_path)
    with pytest.raises(DatasetError, match=r"cannot be read: No such file.*--data-dir"):
        read(tmp_path / "missing")


def test_more_labels_than_a_byte_has_values() -> None:
    labels = np.arange(300)
    arrays = (np.zeros((300, 1, 12, 12), np.uint8), labels)
    swapped = (arrays[0], np.where(labels == 299, 299 - 256, labels))
    assert content_digest(*arrays, *arrays) != content_digest(*swapped, *arrays)


@given(
    counts=st.lists(st.integers(5, 40), min_size=2, max_size=6),
    share=st.floats(0.05, 0.5),
    seed=st.integers(0, 2**32),
)
def test_every_label_gives_its_share(counts: list[int], share: float, seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    train, test = stratified(labels, share, seed)
    assert sorted([*train, *test]) == list(range(len(labels)))
    taken = np.bincount(labels[test], minlength=len(counts))
    assert all(abs(number - share * count) <= 1 for number, count in zip(taken, counts, strict=True))
    assert taken.min() >= 1
