"""`lenet-trainer train --resume` after interruptions at any moment, and on full or read-only disks."""

import contextlib
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenet_trainer.cli import main
from lenet_trainer.export.model_file import read_model
from tests.support.disks import small_file_system
from tests.support.trainer.program import PROGRAM

FLAGS = ("--dataset=digits", "--epochs=6", "--threads=1", "--seed=5", "--checkpoint-seconds=0", "--average-decay=0.9")


def train(output: Path, *flags: str) -> int:
    return main(["train", f"--output={output}", *FLAGS, *flags])


def weights(model: Path) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in read_model(model / "model.onnx").weights.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The weights of an uninterrupted training."""
    output = tmp_path_factory.mktemp("whole")
    assert train(output) == 0
    assert [path.name for path in output.iterdir()] == ["1"]  # the checkpoint is gone
    return weights(output / "1")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "times"), [(signal.SIGINT, 1), (signal.SIGKILL, 2)])
def test_at_random_moments(kind: signal.Signals, times: int, whole: dict[str, bytes], tmp_path: Path) -> None:
    command = [str(PROGRAM), "train", f"--output={tmp_path / 'model'}", *FLAGS, "--resume"]
    chance = random.Random(int(kind))  # noqa: S311
    for _ in range(times):
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith("training "):
                    break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=chance.uniform(0, 1.5))
            process.send_signal(kind)
            said = process.stderr.read()
        late = process.returncode == -kind and "verifying" in said  # as the interpreter ended, all done
        assert late or process.returncode in ({130, 0} if kind == signal.SIGINT else {-kind, 0}), said
        for version in (tmp_path / "model").glob("[0-9]*"):  # none as a rule, and never half of one
            assert weights(version) == whole
    assert train(tmp_path / "model", "--resume") == 0
    versions = list((tmp_path / "model").glob("[0-9]*"))
    assert versions
    assert all(weights(version) == whole for version in versions)


def test_an_interrupt_says_how_to_go_on(tmp_path: Path) -> None:
    command = [str(PROGRAM), "train", f"--output={tmp_path}", *FLAGS, "--epochs=50"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 2 "):
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().splitlines()
    assert said[-2:] == [
        "there is a checkpoint: run the same command with --resume to continue",
        "lenet-trainer: interrupted",
    ]


def test_beginning_anew_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".training").mkdir()
    (tmp_path / ".training" / "model").write_bytes(b"of another training")
    train(tmp_path, "--max-steps=1", "--device=cuda")  # which mostly is not there, so that nothing new is written
    assert f"removing {tmp_path / '.training'} of an unfinished training" in capsys.readouterr().err
    assert not (tmp_path / ".training").exists()


def test_a_damaged_checkpoint_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".training").mkdir()
    (tmp_path / ".training" / "model").write_bytes(b"nonsense")
    assert train(tmp_path, "--resume") == 1
    file = tmp_path / ".training" / "model"
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == f"lenet-trainer: {file} is not a checkpoint of this trainer; delete it to start anew"
    assert file.read_bytes() == b"nonsense"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes."""
    with small_file_system(tmp_path / "disk", "3m") as folder:
        yield folder


def test_a_full_disk_loses_nothing(
    small_disk: Path, whole: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    output = small_disk / "model"
    with subprocess.Popen(
        [str(PROGRAM), "train", f"--output={output}", *FLAGS], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 2 "):
                break
        process.kill()
    with (small_disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(1024))

    assert train(output, "--resume") == 1
    said = capsys.readouterr().err.splitlines()
    file = output / ".training" / "model"
    assert f"no checkpoint: {file} cannot be written: No space left on device; the one before it remains" in said
    assert said[-1] == f"lenet-trainer: {output} cannot be written: No space left on device"
    assert [path.name for path in output.iterdir()] == [".training"]
    assert [path.name for path in file.parent.iterdir()] == ["model"]

    (small_disk / "filler").unlink()
    assert train(output, "--resume") == 0
    assert "resuming after epoch " in capsys.readouterr().err
    assert weights(output / "1") == whole
    assert [path.name for path in output.iterdir()] == ["1"]


def test_a_disk_that_cannot_be_written_is_refused_at_once(small_disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert train(small_disk / "model") == 1
    assert capsys.readouterr().err == (
        f"lenet-trainer: {small_disk / 'model'} cannot be written: Read-only file system; choose another --output\n"
    )
