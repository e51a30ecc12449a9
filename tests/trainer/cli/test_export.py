"""`lenet-trainer export` publishes a model's network again in either form; the other commands read both."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from lenet_trainer.export.model_file import ModelFile, read_model
from lenet_trainer.export.onnx_graph import export
from tests.support.trainer.program import PROGRAM

CARD = """# A model

## Parity

Three implementations on 360 test pictures.

| batch size | compared | largest difference | different labels |
|---:|---|---:|---:|
| 1 | old, older | 9.9e-01 | 77 |

## License and attribution

Own words.
"""


def trainer(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=110)


@pytest.fixture
def published(model: ModelFile, tmp_path: Path) -> Path:
    """A model file in a version folder."""
    path = tmp_path / "models" / "1" / "model.onnx"
    path.parent.mkdir(parents=True)
    path.write_bytes(model.content)
    return path


@pytest.mark.parametrize("form", ["tiled", "plain"])
def test_both_forms_hold_the_same_network(form: str, published: Path, model: ModelFile, tmp_path: Path) -> None:
    result = trainer("export", published, "--dataset", "digits", "--graph", form, "--output", published.parents[1])
    assert result.returncode == 0, result.stderr
    version = published.parents[1] / "2"
    assert result.stdout.splitlines()[-1] == str(version)
    written = read_model(version / "model.onnx")
    assert written.metadata == model.metadata
    assert all(np.array_equal(written.weights[name], values) for name, values in model.weights.items())
    pooling = {node.name: node.op_type for node in onnx.load(version / "model.onnx").graph.node}["pool1"]
    assert pooling == {"tiled": "Conv", "plain": "AveragePool"}[form]
    assert "# LeNet on digits" in (version / "model_card.md").read_text()

    assert trainer("verify", version / "model.onnx", "--dataset", "digits").returncode == 0
    summary = json.loads(trainer("summary", version / "model.onnx", "--json").stdout)
    assert (summary["parameters"], summary["pooling"]) == (61_706, "average")
    sample = next((Path(__file__).parents[3] / "samples").glob("*_*.*"))
    drawn = trainer("filters", sample, "--model", version / "model.onnx", "--output", tmp_path / "drawings")
    assert drawn.returncode == 0, drawn.stderr
    assert {path.name for path in (tmp_path / "drawings").iterdir()} == {"filters.png", "feature_maps.png"}


def test_the_card_keeps_its_text_and_gets_the_new_comparison(published: Path) -> None:
    (published.parent / "model_card.md").write_text(CARD)
    result = trainer("export", published, "--dataset", "digits", "--output", published.parents[1])
    assert result.returncode == 0, result.stderr
    card = (published.parents[1] / "2" / "model_card.md").read_text()
    assert card.startswith("# A model")
    assert card.endswith("Own words.\n")
    assert "| 64 | PyTorch, ONNX Runtime |" in card
    assert "old, older" not in card


def test_a_card_without_parity_is_refused(published: Path) -> None:
    (published.parent / "model_card.md").write_text("# Mine\n")
    result = trainer("export", published, "--dataset", "digits", "--output", published.parents[1])
    assert result.returncode == 1
    assert "no section on parity" in result.stderr
    assert not (published.parents[1] / "2").exists()


def test_other_images_are_refused(model: ModelFile, published: Path) -> None:
    other = replace(model.metadata, dataset_sha256="0" * 64)
    published.write_bytes(export(model.network(), other))
    result = trainer("export", published, "--dataset", "digits", "--output", published.parents[1])
    assert result.returncode == 1
    assert "tested on other images" in result.stderr


def test_an_unknown_form_is_wrong_usage(published: Path) -> None:
    result = trainer("export", published, "--graph", "fast")
    assert result.returncode == 2
    assert "--graph (LENET_TRAINER_GRAPH) must be one of tiled, plain" in result.stderr
