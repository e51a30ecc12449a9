"""New versions of a model to publish under load: the bundled file with another last layer, so that answers differ."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

SOFTEN = 0.25  # of the logits: a model that is sure of everything answers every picture alike


def changed(base: Path, seed: int) -> bytes:
    """A model file whose answers to any picture differ from those of `base`, and from those of any other seed."""
    model = onnx.load(base)
    random = np.random.default_rng(seed)
    last = next(node for node in reversed(model.graph.node) if node.op_type == "Gemm")
    for each in model.graph.initializer:
        if each.name in last.input:
            values = numpy_helper.to_array(each)
            moved = SOFTEN * (values + random.normal(0, 0.5, values.shape))
            each.CopyFrom(numpy_helper.from_array(moved.astype(np.float32), each.name))
    made: bytes = model.SerializeToString()
    return made


def publish(repository: Path, name: str, version: int, content: bytes) -> None:
    """Put a version into the repository as publishers do: written beside its place, then renamed."""
    model = repository / name
    model.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".publishing-", dir=repository.parent))
    (folder / "model.onnx").write_bytes(content)
    folder.rename(model / str(version))
