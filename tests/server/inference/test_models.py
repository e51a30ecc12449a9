"""Model files that are served, and those that are refused with a reason."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from lenet_imaging import Preprocessing
from lenet_server.errors import ModelRejected
from lenet_server.inference.model import Model
from tests.conftest import ROOT

BUNDLED = ROOT / "models/lenet/1/model.onnx"


def load(path: Path, name: str = "lenet", version: int = 1) -> Model:
    return Model(path, name=name, version=version, threads=1)


@pytest.fixture
def file() -> onnx.ModelProto:
    """The bundled model, to be changed."""
    return onnx.load(BUNDLED)


def set_metadata(file: onnx.ModelProto, key: str, value: str | None) -> None:
    kept = [each for each in file.metadata_props if each.key != key]
    del file.metadata_props[:]
    file.metadata_props.extend(kept)
    if value is not None:
        file.metadata_props.add(key=key, value=value)


def test_the_bundled_model_keeps_the_contract() -> None:
    model = load(BUNDLED)
    assert model.input_shape == (1, 28, 28)
    assert model.labels == list("0123456789")
    assert model.preprocessing == Preprocessing("ink", 1, 28, 28)
    for images in (1, 2, 64):
        outputs = model.predict(np.zeros((images, 1, 28, 28), np.uint8))
        assert outputs.probabilities.shape == outputs.logits.shape == (images, 10)
        np.testing.assert_allclose(outputs.probabilities.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("labels", None, "`labels` is missing"),
        ("labels", "0,1,2", "is not JSON"),
        ("labels", json.dumps([0, 1]), "not a list of strings"),
        ("labels", json.dumps(["a", "b"]), r"`probabilities` must be float32 \[N, 2\]"),
        ("preprocessing", None, "`preprocessing`.*KeyError"),
        ("preprocessing", json.dumps({"fit": "stretch"}), "`preprocessing`.*stretch"),
        ("preprocessing", json.dumps({"scale": 2}), "`preprocessing`.*scale"),
    ],
)
def test_wrong_metadata_is_refused(
    file: onnx.ModelProto, tmp_path: Path, key: str, value: str | None, reason: str
) -> None:
    set_metadata(file, key, value)
    onnx.save(file, tmp_path / "model.onnx")
    with pytest.raises(ModelRejected, match=reason):
        load(tmp_path / "model.onnx")


def test_a_wrong_input_is_refused(file: onnx.ModelProto, tmp_path: Path) -> None:
    file.graph.input[0].name = file.graph.node[0].input[0] = "pixels"
    onnx.save(file, tmp_path / "model.onnx")
    with pytest.raises(ModelRejected, match="one input `image` of uint8 is expected, the file has: pixels"):
        load(tmp_path / "model.onnx")


def test_a_fixed_batch_size_is_refused(file: onnx.ModelProto, tmp_path: Path) -> None:
    file.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    onnx.save(file, tmp_path / "model.onnx")
    with pytest.raises(ModelRejected, match="only N free"):
        load(tmp_path / "model.onnx")


@pytest.mark.parametrize("content", [b"", b"not an ONNX file"])
def test_a_file_that_is_not_onnx_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(ModelRejected, match="not a model that ONNX Runtime can load") as refused:
        load(tmp_path / "model.onnx")
    assert str(tmp_path) not in str(refused.value)


def reshape_to_one(file: onnx.ModelProto) -> None:
    """Change the model so that it loads, but computes no batch of more than one."""
    flatten = next(node for node in file.graph.node if node.op_type == "Flatten")
    shape = onnx.numpy_helper.from_array(np.array([1, 400]), "one")
    file.graph.initializer.append(shape)
    flatten.CopyFrom(onnx.helper.make_node("Reshape", [flatten.input[0], "one"], list(flatten.output)))


def test_a_model_that_loads_but_cannot_compute_is_refused(file: onnx.ModelProto, tmp_path: Path) -> None:
    reshape_to_one(file)
    onnx.save(file, tmp_path / "model.onnx")
    with pytest.raises(ModelRejected, match="cannot compute a batch of 64"):
        load(tmp_path / "model.onnx").warm_up(64)
