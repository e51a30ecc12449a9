"""`lenet-trainer filters`, on images and models of several kinds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lenet_trainer.cli import main
from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.onnx_graph import export
from lenet_trainer.networks.lenet import LeNet
from tests.support.trainer.plot_files import read

ROOT = Path(__file__).parents[3]
BUNDLED = str(ROOT / "models/lenet/1/model.onnx")


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A coloured JPEG with something to see."""
    rows, columns = np.mgrid[0:60, 0:90]
    colours = np.stack([rows * 4, columns * 2, 255 * ((rows // 10 + columns // 10) % 2)], axis=2)
    path = tmp_path / "photograph.jpg"
    Image.fromarray(colours.astype(np.uint8)).save(path)
    return path


def test_kernels(photograph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["filters", str(photograph), "--output", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "60×90 through 3×3: (60 − 3 + 1) × (90 − 3 + 1) = 58×88"
    assert lines[2] == str(tmp_path / "out" / "kernels.png")
    pixels = read(tmp_path / "out" / "kernels.png")
    assert pixels.shape[1] > 1000
    assert (pixels.astype(int).max(axis=2) - pixels.min(axis=2) > 100).mean() > 0.05  # in colour


def test_layers_of_the_bundled_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seven = next((ROOT / "samples").glob("7_*"))
    assert main(["filters", str(seven), "--model", BUNDLED, "--output", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[6].split()[-3] == "16×10×10"
    assert lines[-3].startswith("7, with a score of ")
    for name in ("filters.png", "feature_maps.png"):
        assert read(tmp_path / name).std() > 20


def test_a_model_for_colour_pictures(photograph: Path, metadata: ModelMetadata, tmp_path: Path) -> None:
    network = LeNet(labels=40, channels=3, height=16, width=24, activation="relu", pooling="max")
    network.initialise(torch.Generator().manual_seed(0))
    names = tuple(f"label number {index}" for index in range(40))
    (tmp_path / "model.onnx").write_bytes(export(network, replace(metadata, labels=names, fit="resize")))
    flags = ["--model", str(tmp_path / "model.onnx"), "--output", str(tmp_path)]
    assert main(["filters", str(photograph), *flags]) == 0
    assert read(tmp_path / "feature_maps.png").std() > 20


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "picture.png cannot be read: No such file"),
        (b"", "picture.png: the picture is empty"),
        (b"hello", "picture.png: not a picture"),
    ],
)
def test_no_picture(content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.png"
    if content is not None:
        path.write_bytes(content)
    assert main(["filters", str(path), "--output", str(tmp_path / "out")]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_picture_without_ink(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("L", (50, 50), 200).save(tmp_path / "blank.png")
    assert main(["filters", str(tmp_path / "blank.png"), "--model", BUNDLED, "--output", str(tmp_path)]) == 1
    assert "blank.png: there is no ink" in capsys.readouterr().err
