"""Makes and publishes versions of a model: the bundled file with another last layer, so that outputs differ."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

SOFTEN = 0.25  # of the logits: saturated probabilities would not differ


def changed(base: Path, seed: int) -> bytes:
    """Return a model file whose outputs differ from those of `base`, and from those of any other seed."""
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
    """Publish a version: write it beside its place, then rename it."""
    model = repository / name
    model.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".publishing-", dir=repository.parent))
    (folder / "model.onnx").write_bytes(content)
    folder.rename(model / str(version))
