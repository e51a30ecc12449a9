"""Model repositories for tests: models that can be told from the bundled one by their answers."""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tests.conftest import ROOT

BUNDLED = ROOT / "models/lenet/1/model.onnx"


def turned(by: int) -> bytes:
    """The bundled model with its outputs turned round by so many places: what was label 0 is label `by`."""
    file = onnx.load(BUNDLED)
    order = numpy_helper.from_array((np.arange(10) - by) % 10, "order")
    file.graph.initializer.append(order)
    for output in file.graph.output:
        before = f"{output.name}_before"
        for node in file.graph.node:
            node.input[:] = [before if each == output.name else each for each in node.input]
            node.output[:] = [before if each == output.name else each for each in node.output]
    for output in file.graph.output:
        file.graph.node.append(helper.make_node("Gather", [f"{output.name}_before", "order"], [output.name], axis=1))
    return bytes(file.SerializeToString())


def publish(root: Path, name: str, version: int, content: bytes) -> Path:
    """Publish a version as a publisher does, beside its place and then renamed."""
    hidden = root / name / f".publishing-{version}"
    hidden.mkdir(parents=True)
    (hidden / "model.onnx").write_bytes(content)
    return hidden.rename(root / name / str(version)) / "model.onnx"
