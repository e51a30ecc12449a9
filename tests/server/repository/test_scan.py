"""What is found in a model repository, and what is not followed out of it."""

import os
from pathlib import Path

import pytest

from lenet_server.errors import ModelRejected
from lenet_server.repository.scan import scan
from tests.support.server.repositories import publish, write_options


def test_models_are_found_by_name_and_whole_number(tmp_path: Path) -> None:
    for version in ("1", "latest", "0", "007", ".publishing-3"):
        publish(tmp_path, "a", version)
    publish(tmp_path, "b", 2)
    publish(tmp_path, "b", 10)
    for name in (".hidden", "line\nbreak", os.fsdecode(b"no utf-8 \xff")):
        publish(tmp_path, name, 1)
    (tmp_path / "a" / "8").mkdir()  # a version without a file is none
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "notes.txt").write_text("no model")
    assert {name: sorted(model.versions) for name, model in scan(tmp_path).items()} == {"a": [1], "b": [2, 10]}


def test_a_repository_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRejected, match="is not a folder: set --model-repository"):
        scan(tmp_path / "nowhere")


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "models", tmp_path / "outside"
    secret = publish(outside, "secret", 1)
    publish(root, "lenet", 1)
    (root / "lenet" / "2").symlink_to(secret.parent)
    (root / "lenet" / "3").mkdir()
    (root / "lenet" / "3" / "model.onnx").symlink_to(secret)
    (root / "lenet" / "4").mkdir()
    (root / "lenet" / "4" / "model.onnx").symlink_to("../../../outside/secret/1/model.onnx")
    (root / "lenet" / "5").symlink_to("5")
    (root / "stolen").symlink_to(outside / "secret")
    found = scan(root)
    assert list(found["lenet"].versions) == [1]
    assert {version for version, why in found["lenet"].refused.items() if "leads out of" in why} == {2, 3, 4}
    assert found["stolen"].problem == "stolen leads out of the model repository"
    assert not found["stolen"].versions


def test_options_and_labels_that_lead_out_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "models"
    (tmp_path / "secret").write_text("zero\none")
    for name in ("a", "b"):
        publish(root, name, 1)
    (root / "a" / "model.toml").symlink_to(tmp_path / "secret")
    write_options(root, "b", '[foreign]\nlabels = "labels.txt"\nsoftmax = true\n')
    (root / "b" / "labels.txt").symlink_to(tmp_path / "secret")
    found = scan(root)
    assert "model.toml: a/model.toml leads out of the model repository" in found["a"].problem
    assert found["b"].refused == {1: "b/labels.txt leads out of the model repository"}


def test_links_inside_are_followed_as_kubernetes_makes_them(tmp_path: Path) -> None:
    """A volume is a link to a hidden folder of its time, and the repository itself may be a link."""
    root = tmp_path / "volume"
    publish(root / "..2026_01", "lenet", 1)
    (root / "..data").symlink_to("..2026_01")
    (root / "lenet").symlink_to("..data/lenet")
    (tmp_path / "models").symlink_to(root)
    before = scan(tmp_path / "models")["lenet"].versions[1]
    publish(root / "..2026_02", "lenet", 1)
    (root / "..next").symlink_to("..2026_02")
    (root / "..next").rename(root / "..data")
    after = scan(tmp_path / "models")["lenet"].versions[1]
    assert before.path != after.path
    assert after.path.is_relative_to(root.resolve())


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lenet" / "1" / "model.onnx").mkdir(parents=True)
    assert scan(tmp_path)["lenet"].refused == {1: "lenet/1/model.onnx is no file"}


def test_a_file_that_is_written_over_is_another_one(tmp_path: Path) -> None:
    file = publish(tmp_path, "lenet", 1)
    before = scan(tmp_path)
    assert scan(tmp_path) == before
    file.write_bytes(b"shorter")
    assert scan(tmp_path)["lenet"].versions != before["lenet"].versions
