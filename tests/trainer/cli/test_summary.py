"""`lenet-trainer summary`, as a student calls it."""

import json
from pathlib import Path

import pytest

from lenet_trainer.cli import main

BUNDLED = Path(__file__).parents[3] / "models/lenet/1/model.onnx"


def test_the_lectures_network(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary"]) == 0
    out = capsys.readouterr().out
    assert "convolution 5×5                16×10×10  ⌊(14 − 5 + 0 + 1) / 1⌋       2,416        240,000  14×14\n" in out
    assert "61,706        416,520" in out
    assert [line.split()[-1] for line in out.splitlines()[-3:]] == ["1,000,000,000", "23,550", "520"]


def test_a_published_model_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for arguments in ([], [str(BUNDLED)]):
        assert main(["summary", *arguments, "--json"]) == 0
        outputs.append(json.loads(capsys.readouterr().out))
    assert outputs[0] == outputs[1]
    assert (outputs[0]["parameters"], outputs[0]["multiply_accumulates"]) == (61_706, 416_520)
    assert outputs[0]["input_shape"] == [1, 28, 28]


def test_another_network(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--channels=3", "--height=32", "--width=48", "--labels=cat,dog,cow", "--activation=relu", "--pooling=max"]
    assert main(["summary", *flags, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["input_shape"] == [3, 32, 48]
    assert result["layers"][-1]["output_shape"] == [3]
    assert [result["activation"], result["pooling"]] == ["relu", "max"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--height", "11"], "--height (LENET_TRAINER_HEIGHT) must be from 12 to 4,096, not 11"),
        (["--channels", "2"], "--channels (LENET_TRAINER_CHANNELS) must be one of 1, 3, not 2"),
        (["--labels", "1"], "--labels (LENET_TRAINER_LABELS) must be from 2 to 100,000, or names, not '1'"),
        ([str(BUNDLED), "--width", "28"], "a published model has its own form: leave out --width"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", *arguments]) == 2
    assert capsys.readouterr().err == f"lenet-trainer: {message}\n"
