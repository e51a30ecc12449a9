"""Files in folders: their order, and files without permission."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lenet_client import Client, ImageError
from lenet_client.cli.inputs.discovery import find_pictures
from lenet_client.cli.inputs.sorted_names import sorted_entries


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter; pytest's are private."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def without_root() -> Iterator[None]:
    """Run the block without root's permission to read everything, as the user nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_files_keep_their_order_and_folders_are_sorted(tmp_path: Path) -> None:
    for name in ("b.png", "a/2.png", "a/1.png", "a/b/0.png", ".git/x.png", "a/.hidden.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "broken.png").symlink_to("nowhere")
    (tmp_path / "itself.png").symlink_to("itself.png")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "link.png").symlink_to(tmp_path / "b.png")
    found = [os.path.relpath(path, tmp_path) for path, _ in find_pictures([str(tmp_path)])]
    assert found == ["a/1.png", "a/2.png", "a/b/0.png", "b.png", "broken.png", "itself.png", "link.png"]
    assert [path for path, _ in find_pictures(["z.png", "a.png"])] == ["z.png", "a.png"]


@pytest.mark.parametrize("limit", [1, 7, 40, 41, 1000])
def test_more_names_than_fit_in_memory_are_sorted(tmp_path: Path, limit: int) -> None:
    names = sorted(
        [f"{index:02}-größe-数字.png" for index in range(37)] + ["two\nlines", os.fsdecode(b"\xe9"), "zz", "00"]
    )
    for name in names:
        if name == "00":
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name).touch()
    assert list(sorted_entries(str(tmp_path), limit)) == [(name, name == "00") for name in names]


def test_files_and_folders_without_permission_are_reported(open_folder: Path, client: Client) -> None:
    """A file, and a folder instead of its files."""
    (open_folder / "file.png").touch(mode=0)
    (open_folder / "folder").mkdir(mode=0)
    with without_root():
        results = list(client.classify_many(path for path, _ in find_pictures([str(open_folder)])))
    assert [each.path for each in results if isinstance(each, ImageError)] == [
        str(open_folder / "file.png"),
        str(open_folder / "folder"),
    ]
    assert {each.reason for each in results if isinstance(each, ImageError)} == {"cannot be read: Permission denied"}
