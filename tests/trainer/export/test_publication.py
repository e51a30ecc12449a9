"""A model is published completely, under a new version number, or not at all."""

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import PublishError, VerificationError
from lenet_trainer.export.model_file import ModelFile
from lenet_trainer.export.publication import publish, require_writable
from lenet_trainer.export.verification import ParityReport, verify
from lenet_trainer.progress import Silent


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_versions_are_counted_up(model: ModelFile, parity: ParityReport, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "lenet"
    assert publish(model.content, "first", parity, folder) == folder / "1"
    assert publish(model.content, "second", parity, folder) == folder / "2"
    assert names(folder) == {"1", "2"}
    assert names(folder / "1") == {"model.onnx", "model_card.md"}
    assert (folder / "1" / "model.onnx").read_bytes() == model.content
    assert (folder / "1" / "model_card.md").read_text() == "first"


def test_the_next_version_is_above_the_highest(model: ModelFile, parity: ParityReport, tmp_path: Path) -> None:
    for name in ("3", "10", "latest", ".publishing-by-another-process"):
        (tmp_path / name).mkdir()
    assert publish(model.content, "card", parity, tmp_path) == tmp_path / "11"


def test_publishers_at_once_get_different_versions(model: ModelFile, parity: ParityReport, tmp_path: Path) -> None:
    cards = [f"card {number}" for number in range(16)]
    together = threading.Barrier(len(cards))
    published: dict[str, Path] = {}

    def run(card: str) -> None:
        together.wait()
        published[card] = publish(model.content, card, parity, tmp_path)

    threads = [threading.Thread(target=run, args=(card,)) for card in cards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(tmp_path) == {str(number) for number in range(1, 17)}
    assert {card: (path / "model_card.md").read_text() for card, path in published.items()} == {c: c for c in cards}


def test_a_failure_in_the_middle_leaves_nothing(model: ModelFile, parity: ParityReport, tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):  # the model is written by then, and this card cannot be
        publish(model.content, "\ud800", parity, tmp_path)
    assert names(tmp_path) == set()


def test_a_model_that_failed_the_check_is_not_published(
    model: ModelFile, small_digits: Dataset, tmp_path: Path
) -> None:
    tampered = replace(model, weights={**model.weights, "dense3.bias": -model.weights["dense3.bias"]})
    report = verify(tampered, small_digits, Silent())
    with pytest.raises(VerificationError, match="disagree"):
        publish(model.content, "card", report, tmp_path)
    assert names(tmp_path) == set()


def test_a_report_about_another_model_counts_for_nothing(
    model: ModelFile, parity: ParityReport, tmp_path: Path
) -> None:
    other = model.content + b"\0"
    assert parity.model_sha256 != hashlib.sha256(other).hexdigest()
    with pytest.raises(VerificationError, match="another model"):
        publish(other, "card", parity, tmp_path)
    assert names(tmp_path) == set()


def test_a_place_that_cannot_be_written(model: ModelFile, parity: ParityReport, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(PublishError, match="cannot be written"):
        publish(model.content, "card", parity, in_the_way / "lenet")
    with pytest.raises(PublishError, match="choose another --output"):
        require_writable(in_the_way / "lenet")
    require_writable(tmp_path / "new" / "lenet")
    assert names(tmp_path) == {"file"}
