"""MNIST is found, or downloaded and checked; every fault is one clear error and leaves no file behind."""

import gzip
import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lenet_trainer.datasets.idx import serialise
from lenet_trainer.datasets.loader import load
from lenet_trainer.datasets.mnist import FILES, MnistFiles
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings
from tests.support.trainer.mirror import Mirror, running_mirror

NAMES = list(FILES)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """A mirror on this machine."""
    with running_mirror() as mirror:
        yield mirror


@pytest.fixture
def files() -> dict[str, bytes]:
    """The four files of a very small MNIST, uncompressed."""
    random = np.random.default_rng(1)
    pictures = random.integers(0, 256, (7, 28, 28)).astype(np.uint8)
    labels = np.arange(7, dtype=np.uint8)
    arrays = (pictures[:4], labels[:4], pictures[4:], labels[4:])
    return {name: serialise(array) for name, array in zip(NAMES, arrays, strict=True)}


@pytest.fixture
def small(files: dict[str, bytes], mirror: Mirror, tmp_path: Path) -> MnistFiles:
    """The reader of those files, which the mirror has."""
    mirror.bodies.update({f"{name}.gz": gzip.compress(content) for name, content in files.items()})
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return MnistFiles(tmp_path, mirror.url, Silent(), digests)


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_download(small: MnistFiles, files: dict[str, bytes], mirror: Mirror) -> None:
    dataset = small.load()
    assert dataset.train_images.shape == (4, 1, 28, 28)
    assert dataset.test_labels.tolist() == [4, 5, 6]
    assert dataset.sha256 == hashlib.sha256(b"".join(files.values())).hexdigest()
    assert left(small.data_dir / "mnist") == {f"{name}.gz" for name in NAMES}
    asked = len(mirror.asked)
    assert small.load().sha256 == dataset.sha256
    assert len(mirror.asked) == asked == 4  # the second time from the disk


@pytest.mark.parametrize("folder", ["mnist", "."])
@pytest.mark.parametrize("compressed", [True, False])
def test_files_that_are_there(
    folder: str, compressed: bool, small: MnistFiles, files: dict[str, bytes], mirror: Mirror
) -> None:
    place = small.data_dir / folder
    place.mkdir(exist_ok=True)
    for name, content in files.items():
        if compressed:
            (place / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=1))
        else:
            (place / name).write_bytes(content)
    assert len(small.load().train_images) == 4
    assert mirror.asked == []


@pytest.mark.parametrize("damage", ["truncated", "garbage", "other content"])
def test_a_damaged_file_on_the_disk(damage: str, small: MnistFiles, files: dict[str, bytes]) -> None:
    whole = gzip.compress(files[NAMES[0]])
    content = {"truncated": whole[:-9], "garbage": b"\x1f\x8b" + b"\7" * 99, "other content": gzip.compress(b"other")}
    path = small.data_dir / f"{NAMES[0]}.gz"
    path.write_bytes(content[damage])
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte\.gz is .*Delete it, and it is downloaded again"):
        small.load()


def test_a_corrupted_download(small: MnistFiles, mirror: Mirror) -> None:
    body = bytearray(mirror.bodies[f"{NAMES[0]}.gz"])
    body[len(body) // 2] ^= 0xFF
    mirror.bodies[f"{NAMES[0]}.gz"] = bytes(body)
    with pytest.raises(DatasetError, match=rf"{NAMES[0]}\.gz is .*(corrupted|SHA-256).*--dataset digits"):
        small.load()
    assert left(small.data_dir) == set()


def test_a_download_with_another_content(small: MnistFiles, mirror: Mirror) -> None:
    mirror.bodies[f"{NAMES[1]}.gz"] = gzip.compress(serialise(np.zeros(4, np.uint8)))
    with pytest.raises(DatasetError, match=rf"is not the expected {NAMES[1]}: SHA-256 .*--mirror URL"):
        small.load()
    assert left(small.data_dir) == {f"{NAMES[0]}.gz"}


def test_a_download_that_breaks_off(small: MnistFiles, mirror: Mirror) -> None:
    mirror.cut = 100
    with pytest.raises(DatasetError, match=rf"{NAMES[0]}\.gz .*(broke off after 100 of|cannot be downloaded)"):
        small.load()
    assert left(small.data_dir) == set()


def test_a_page_instead_of_a_file(small: MnistFiles, mirror: Mirror) -> None:
    mirror.bodies[f"{NAMES[0]}.gz"] = b"<html>please log in</html>"
    with pytest.raises(DatasetError, match="is not the expected"):
        small.load()
    assert left(small.data_dir) == set()


def test_a_mirror_without_the_file(small: MnistFiles, mirror: Mirror) -> None:
    mirror.bodies.clear()
    with pytest.raises(DatasetError, match=r"answered 404 Not Found.*--dataset digits"):
        small.load()
    assert left(small.data_dir) == set()


def test_a_mirror_out_of_reach(tmp_path: Path) -> None:
    with socket.socket() as silent:  # bound, so that no other process takes the port, but not listening
        silent.bind(("127.0.0.1", 0))
        settings = DataSettings(data_dir=tmp_path, mirror=f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte\.gz cannot be downloaded: .*--dataset digits"):
            load(settings, Silent())
    assert left(tmp_path) == set()


def test_a_data_folder_that_cannot_be_written(small: MnistFiles) -> None:
    (small.data_dir / "mnist").write_text("in the way")
    with pytest.raises(DatasetError, match=r"cannot be written.*--data-dir"):
        small.load()


@pytest.mark.parametrize(
    ("replaced", "array", "message"),
    [
        (1, np.zeros(9, np.uint8), "the training files do not match"),
        (3, np.full(3, 10, np.uint8), "the test labels go up to 10"),
        (2, np.zeros((3, 28), np.uint8), "the test files do not match"),
    ],
)
def test_files_that_do_not_belong_together(
    replaced: int, array: np.typing.NDArray[np.uint8], message: str, files: dict[str, bytes], tmp_path: Path
) -> None:
    files[NAMES[replaced]] = serialise(array)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with pytest.raises(DatasetError, match=message):
        MnistFiles(tmp_path, "http://127.0.0.1", Silent(), digests).load()


def test_the_real_thing_where_it_is(data_dir: Path | None) -> None:
    if data_dir is None:
        pytest.skip("needs the MNIST files in LENET_DATA_DIR")
    dataset = load(DataSettings(data_dir=data_dir), Silent())
    assert dataset.train_images.shape == (60_000, 1, 28, 28)
    assert np.bincount(dataset.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
