"""Model repositories for tests: distinguishable versions, published and withdrawn."""

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lenet_server.repository.plan import PlannedVersion, Stamp
from tests.conftest import ROOT

BUNDLED = ROOT / "models/lenet/1/model.onnx"


def shifted(by: int) -> bytes:
    """Return the bundled model with its outputs rotated by `by`: what was label 0 becomes label `by`."""
    file = onnx.load(BUNDLED)
    order = numpy_helper.from_array((np.arange(10) - by) % 10, "order")
    file.graph.initializer.append(order)
    for output in file.graph.output:
        name = output.name
        for node in file.graph.node:
            node.input[:] = [f"{name}_before" if each == name else each for each in node.input]
            node.output[:] = [f"{name}_before" if each == name else each for each in node.output]
    for output in file.graph.output:
        file.graph.node.append(helper.make_node("Gather", [f"{output.name}_before", "order"], [output.name], axis=1))
    return bytes(file.SerializeToString())


def publish(root: Path, name: str, version: int | str, content: bytes | None = None) -> Path:
    """Publish a version (the bundled model by default) atomically: write it to a hidden folder, then rename it."""
    hidden = root / name / f".publishing-{version}"
    hidden.mkdir(parents=True)
    (hidden / "model.onnx").write_bytes(BUNDLED.read_bytes() if content is None else content)
    return hidden.rename(root / name / str(version)) / "model.onnx"


def withdraw(root: Path, name: str, version: int) -> None:
    """Remove a version."""
    shutil.rmtree(root / name / str(version))


def write_options(root: Path, name: str, text: str) -> None:
    """Write a model's model.toml atomically."""
    (root / name).mkdir(parents=True, exist_ok=True)
    (root / name / ".model.toml").write_text(text)
    os.replace(root / name / ".model.toml", root / name / "model.toml")  # noqa: PTH105


def planned(name: str, version: int, stamp: int = 0, path: Path = BUNDLED) -> PlannedVersion:
    """Return a planned version; another `stamp` marks a changed file."""
    return PlannedVersion(name, version, path, Stamp(stamp, 0, 0))


def foreign_model(
    *,
    batch: int | str = "n",
    channels: int = 3,
    size: int | str = 4,
    softmax: bool = False,
    datatype: int = TensorProto.FLOAT,
    tail: tuple[int, ...] = (),
) -> onnx.ModelProto:
    """Return a custom classifier without metadata, whose logit for a label is the mean of a channel."""
    shape: list[Any] = [batch, channels, size, size]
    nodes = [
        helper.make_node("Cast", ["pixels"], ["values"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["values"], ["means"], axes=[2, 3], keepdims=1 if tail else 0),
        helper.make_node("Softmax" if softmax else "Identity", ["means"], ["answer"]),
    ]
    graph = helper.make_graph(
        nodes,
        "channel",
        [helper.make_tensor_value_info("pixels", datatype, shape)],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, [batch, channels, *tail])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
