"""TensorBoard reads the figures of a training; without its package or a writable folder there is a clear error."""

import sys
from pathlib import Path

import pytest

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import OutputError, SettingsError
from lenet_trainer.progress import Silent
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.data import prepare
from lenet_trainer.training.distillation.student import train_student
from lenet_trainer.training.tensorboard import event_files


def test_curves(small_digits: Dataset, tmp_path: Path) -> None:
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="needs lenet-trainer[tensorboard]"
    )
    settings = TrainSettings(dataset="digits", epochs=2, teacher_epochs=1, batch_size=512, device="cpu")
    with event_files(tmp_path / "events") as scalars:
        result = train_student(prepare(small_digits, settings), settings, Silent(), tmp_path / "checkpoints", scalars)
    events = accumulator.EventAccumulator(str(tmp_path / "events"))
    events.Reload()
    names = {"loss", "learning rate", "validation accuracy"}
    assert set(events.Tags()["scalars"]) == names | {f"teacher's {name}" for name in names}
    assert [event.step for event in events.Scalars("loss")] == [3, 6]
    assert events.Scalars("validation accuracy")[-1].value == pytest.approx(result.validation_accuracy)


def test_no_folder_no_files() -> None:
    with event_files(None) as scalars:
        assert scalars is None


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="needs lenet-trainer[tensorboard]")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="events cannot be written"), event_files(tmp_path / "file" / "events"):
        pass


def test_without_tensorboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)  # as if it could not be imported
    with (
        pytest.raises(SettingsError, match=r"--tensorboard needs .*lenet-trainer\[tensorboard\]"),
        event_files(tmp_path),
    ):
        pass
