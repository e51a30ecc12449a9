"""`lenet-trainer train` from flags to a published folder: reproducible, and safe to interrupt."""

import json
import signal
import subprocess
from pathlib import Path

import onnx
import pytest

from lenet_trainer.cli import main
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.export.model_file import ModelFile, read_model
from tests.support.trainer.program import PROGRAM


def train(output: Path, *flags: str) -> int:
    return main(
        ["train", "--dataset", "digits", "--max-steps", "30", "--threads", "1", "--output", str(output), *flags]
    )


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model, its version 1 trained with the seed 5."""
    folder = tmp_path_factory.mktemp("models") / "lenet"
    assert train(folder, "--seed", "5") == 0
    return folder


@pytest.fixture(scope="module")
def first(output: Path) -> ModelFile:
    return read_model(output / "1" / "model.onnx")


def test_again_with_the_same_seed(output: Path, first: ModelFile, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(output, "--seed", "5") == 0
    out, err = capsys.readouterr()
    assert "training (30)" in err
    assert "epoch 1 of 3: loss" in err
    assert f"{round(first.metadata.test_accuracy * 360)} of 360 right: " in out
    assert "the implementations agree on 360 pictures: 0 different labels" in out
    assert out.splitlines()[-1] == str(output / "2")
    second = read_model(output / "2" / "model.onnx")
    assert second.metadata.test_accuracy == first.metadata.test_accuracy
    assert {name: values.tobytes() for name, values in second.weights.items()} == {
        name: values.tobytes() for name, values in first.weights.items()
    }
    assert {entry.name for entry in output.iterdir()} == {"1", "2"}


def test_what_the_file_says_about_itself(first: ModelFile, output: Path, small_digits: Dataset) -> None:
    properties = {item.key: item.value for item in onnx.load_model_from_string(first.content).metadata_props}
    assert json.loads(properties["labels"]) == list("0123456789")
    assert json.loads(properties["preprocessing"]) == {"fit": "ink"}
    assert (properties["dataset"], properties["dataset_sha256"]) == ("digits", small_digits.sha256)
    assert properties["parameters"] == "61706"
    assert json.loads(properties["training"])["seed"] == 5
    assert json.loads(properties["training"])["steps"] == 30
    card = (output / "1" / "model_card.md").read_text()
    for text in (card, *properties.values()):  # nothing of this machine's folders
        assert str(output.parent) not in text
        assert str(Path.home()) not in text or Path.home() == Path("/")


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    output = tmp_path / "models" / "lenet"
    command: list[str | Path] = [
        PROGRAM,
        "train",
        "--dataset=digits",
        "--epochs=10000",
        "--threads=1",
        f"--output={output}",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 1 "):
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().splitlines()
        assert process.stdout.read() == ""
    assert process.returncode == 130
    assert said[-1] == "lenet-trainer: interrupted"
    assert [line for line in said if not line.startswith("epoch ")] == said[-1:]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--epochs", "0"], "--epochs (LENET_TRAINER_EPOCHS) must be from 1 to 10,000, not 0"),
        (["--epochs", "few"], "--epochs (LENET_TRAINER_EPOCHS) must be a whole number from 1 to 10,000, not 'few'"),
        (["--device", "tpu"], "--device (LENET_TRAINER_DEVICE) must be one of auto, cpu, cuda, not 'tpu'"),
    ],
)
def test_wrong_values_are_refused_at_once(
    flags: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(tmp_path / "lenet", *flags) == 2
    assert capsys.readouterr() == ("", f"lenet-trainer: {message}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert train(tmp_path / "file" / "lenet") == 1
    assert capsys.readouterr().err.endswith("lenet cannot be written: Not a directory; choose another --output\n")
