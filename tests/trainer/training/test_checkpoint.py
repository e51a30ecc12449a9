"""A resumed training gives the weights of an uninterrupted one; a checkpoint that does not fit is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import CheckpointError
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.progress import Silent
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.checkpoint import CheckpointFile
from lenet_trainer.training.data import prepare
from lenet_trainer.training.distillation.student import train_student
from lenet_trainer.training.loop import TrainingResult
from tests.support.trainer.training import train_on


class Interrupted(Silent):
    """A progress that interrupts the training after `steps` steps, as Ctrl-C does, and keeps the reported lines."""

    def __init__(self, steps: int = 10**9):
        self.left = steps
        self.lines: list[str] = []

    def advance(self, amount: int = 1) -> None:
        self.left -= amount
        if self.left < 0:
            raise KeyboardInterrupt

    def say(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture(scope="module")
def few(small_digits: Dataset) -> Dataset:
    """Enough digits for eleven batches."""
    return replace(
        small_digits, train_images=small_digits.train_images[:192], train_labels=small_digits.train_labels[:192]
    )


@pytest.fixture(scope="module")
def settings() -> TrainSettings:
    """Six epochs of eleven steps, and a running average."""
    return TrainSettings(
        dataset="digits", epochs=6, batch_size=16, seed=3, average_decay=0.9, device="cpu", checkpoint_seconds=0.0
    )


@pytest.fixture(scope="module")
def whole(few: Dataset, settings: TrainSettings) -> TrainingResult:
    """The uninterrupted training."""
    return train_on(few, settings, Silent())


def checkpoint(folder: Path) -> CheckpointFile:
    return CheckpointFile(folder / "model", seconds=0)


def same(first: TrainingResult, second: TrainingResult) -> bool:
    """Whether two trainings gave the same weights, bit for bit."""
    left, right = first.network.state_dict(), second.network.state_dict()
    return all(torch.equal(values, right[name]) for name, values in left.items())


@pytest.mark.parametrize("moments", [[0], [5], [11], [12, 30], [65], [3, 14, 25, 36, 47, 58]])
def test_the_same_weights_however_often_it_is_interrupted(
    moments: list[int], few: Dataset, settings: TrainSettings, whole: TrainingResult, tmp_path: Path
) -> None:
    resumed = replace(settings, resume=True)
    for moment in moments:
        with pytest.raises(KeyboardInterrupt):
            train_on(few, resumed, Interrupted(moment), checkpoint=checkpoint(tmp_path))
    result = train_on(few, resumed, Silent(), checkpoint=checkpoint(tmp_path))
    assert same(result, whole)
    assert (result.steps, result.epochs, result.validation_accuracy) == (66, 6, whole.validation_accuracy)
    again = train_on(few, resumed, Interrupted(66), checkpoint=checkpoint(tmp_path))  # there is nothing left to do
    assert same(again, whole)


def test_it_says_where_it_goes_on(few: Dataset, settings: TrainSettings, tmp_path: Path) -> None:
    resumed = replace(settings, resume=True)
    first, second = Interrupted(40), Interrupted()
    with pytest.raises(KeyboardInterrupt):
        train_on(few, resumed, first, checkpoint=checkpoint(tmp_path))
    train_on(few, resumed, second, checkpoint=checkpoint(tmp_path))
    assert first.lines[0] == f"no checkpoint at {tmp_path / 'model'}: starting from the beginning"
    assert second.lines[0] == "resuming after epoch 3, 33 of 66 steps"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_it_is_written_no_more_often_than_wanted(few: Dataset, settings: TrainSettings, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train_on(few, settings, Interrupted(65), checkpoint=CheckpointFile(tmp_path / "model", seconds=3600))
    assert list(tmp_path.iterdir()) == []
    train_on(few, settings, Silent(), checkpoint=CheckpointFile(tmp_path / "model", seconds=3600))
    assert [path.name for path in tmp_path.iterdir()] == ["model"]  # but always at the end


def test_without_resume_it_begins_anew(few: Dataset, settings: TrainSettings, tmp_path: Path) -> None:
    train_on(few, replace(settings, epochs=1, seed=9), Silent(), checkpoint=checkpoint(tmp_path))
    progress = Interrupted()
    train_on(few, replace(settings, epochs=1), progress, checkpoint=checkpoint(tmp_path))
    assert progress.lines[0].startswith("epoch 1 of 1")


@pytest.mark.parametrize("moment", [1, 2, 13, 50])
def test_teacher_and_student_resume_as_well(moment: int, few: Dataset, settings: TrainSettings, tmp_path: Path) -> None:
    distilled = replace(settings, teacher_epochs=3, lessons=2, resume=True)
    data = prepare(few, distilled)
    whole = train_student(data, distilled, Silent(), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train_student(data, distilled, Interrupted(moment), tmp_path / "cut")
    assert same(train_student(data, distilled, Silent(), tmp_path / "cut"), whole)


def test_a_full_disk_ends_no_training(
    few: Dataset, settings: TrainSettings, whole: TrainingResult, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")  # in the place of a folder: every attempt fails, as on a full disk
    progress = Interrupted()
    assert same(train_on(few, settings, progress, checkpoint=checkpoint(tmp_path / "file")), whole)
    assert len([line for line in progress.lines if line.startswith("no checkpoint: ")]) == 6


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-1], "is damaged: its SHA-256 does not match"),
        (lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:], "is damaged"),
        (lambda content: content[:27], "is damaged"),
        (lambda content: content[:0], "is not a checkpoint of this trainer"),
        (lambda content: b"PK" + content, "is not a checkpoint of this trainer"),
    ],
)
def test_damaged_files_are_refused(
    damage: object, message: str, few: Dataset, settings: TrainSettings, tmp_path: Path
) -> None:
    assert callable(damage)
    single = replace(settings, max_steps=1, resume=True)
    train_on(few, single, Silent(), checkpoint=checkpoint(tmp_path))
    file = tmp_path / "model"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(CheckpointError, match=message) as caught:
        train_on(few, single, Silent(), checkpoint=checkpoint(tmp_path))
    assert str(caught.value).startswith(str(file))


def test_a_checkpoint_of_another_training_is_refused(few: Dataset, settings: TrainSettings, tmp_path: Path) -> None:
    single = replace(settings, max_steps=1, resume=True)
    train_on(few, single, Silent(), checkpoint=checkpoint(tmp_path))
    with pytest.raises(
        CheckpointError, match=r"of another training: learning_rate 0.01, now 0.02\. Use the same settings"
    ):
        train_on(few, replace(single, learning_rate=0.02), Silent(), checkpoint=checkpoint(tmp_path))
    with pytest.raises(CheckpointError, match=r"dataset_sha256 '[0-9a-f]{64}', now 'other'"):
        train_on(replace(few, sha256="other"), single, Silent(), checkpoint=checkpoint(tmp_path))
    with pytest.raises(CheckpointError, match="network 'LeNet of 61706 parameters', now 'LeNet of 61876 parameters'"):
        train_on(few, single, Silent(), LeNet(labels=12), checkpoint=checkpoint(tmp_path))


def test_a_file_that_cannot_be_read(few: Dataset, settings: TrainSettings, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(CheckpointError, match="model cannot be read: Is a directory"):
        train_on(few, replace(settings, resume=True), Silent(), checkpoint=checkpoint(tmp_path))
