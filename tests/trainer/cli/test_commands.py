"""`evaluate`, `verify`, `pictures` and the help, as a user calls them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_trainer.cli import main
from lenet_trainer.export.model_file import ModelFile
from lenet_trainer.export.verification import ParityReport
from tests.support.trainer.program import PROGRAM


@pytest.fixture
def file(model: ModelFile, tmp_path: Path) -> Path:
    """The barely trained network of the digits as a file."""
    path = tmp_path / "model.onnx"
    path.write_bytes(model.content)
    return path


def test_evaluate(file: Path, parity: ParityReport, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(file), "--dataset", "digits"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{parity.right} of 360 right: {100 * parity.right / 360:.2f} %, with 95 % confidence from ")
    for part in ("precision", "rows: true label", "expected calibration error", "moved by", "the worst mistakes"):
        assert part in out


def test_evaluate_as_json(file: Path, parity: ParityReport, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(file), "--dataset", "digits", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["dataset"] == "digits"
    assert (result["images"], result["right"], result["accuracy"]) == (360, parity.right, parity.right / 360)
    assert result["interval"]["low"] < result["accuracy"] < result["interval"]["high"]
    assert [item["label"] for item in result["classes"]] == result["labels"] == list("0123456789")
    assert sum(row[index] for index, row in enumerate(result["confusion"])) == parity.right
    assert sum(map(sum, result["confusion"])) == sum(row["images"] for row in result["calibration"]["bins"]) == 360
    assert [(item["pixels"], item["direction"]) for item in result["shifts"][:2]] == [(1, "up"), (1, "down")]
    assert len(result["shifts"]) == 16
    assert len(result["mistakes"]) == min(48, 360 - parity.right)


def test_evaluate_with_drawings(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "drawings"
    assert main(["evaluate", str(file), "--dataset", "digits", "--json", "--output", str(folder)]) == 0
    json.loads(capsys.readouterr().out)  # and nothing else
    assert {path.name for path in folder.iterdir()} == {
        "confusion.png",
        "reliability.png",
        "shifts.png",
        "mistakes.png",
    }


def test_verify(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(file), "--dataset", "digits"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split("  ")[0] == "batch size"
    assert [line.split()[0] for line in out[1:5]] == ["1", "2", "7", "64"]
    assert out[5].startswith("the implementations agree on 360 pictures")


def test_a_file_that_is_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("evaluate", "verify"):
        assert main([command, str(tmp_path / "none.onnx"), "--dataset", "digits"]) == 1
        assert "none.onnx cannot be read" in capsys.readouterr().err


def test_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert main(["pictures", "--dataset", "digits", "--output", str(folder)]) == 0
    assert capsys.readouterr().out == f"360 pictures in {folder}\n"
    assert len(list(folder.glob("7/*.png"))) == 36
    assert main(["pictures", "--dataset", "digits", "--output", str(folder)]) == 1
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "evaluate", "verify", "pictures", "compare"])
def test_help_shows_flags_and_variables(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    out = capsys.readouterr().out
    assert "--data-dir" in out
    assert "LENET_TRAINER_DATA_DIR" in out


def test_a_reader_that_has_seen_enough(file: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command: list[str | Path] = [PROGRAM, "summary", file]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [[], ["paint"], ["train", "--epoch", "3"], ["evaluate"]])
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)


def test_the_installed_program() -> None:
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("lenet-trainer ")


def test_the_command_line_loads_no_torch() -> None:
    heavy = {"torch", "sklearn", "onnxruntime", "numpy", "matplotlib"}
    code = f"import sys, lenet_trainer.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_trainer_knows_neither_server_nor_client() -> None:
    code = (
        "import sys, lenet_trainer.pipeline, lenet_trainer.datasets.image_writer;"
        "print([name for name in sys.modules if name.startswith(('lenet_server', 'lenet_client', 'lenet.', 'grpc'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
