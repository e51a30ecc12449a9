"""A model that causes a real server error: ONNX Runtime raises if a pixel is 255."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SHAPE = (1, 2, 2)
LABELS = ["dark", "light"]
GOOD, BAD = bytes(4), bytes([255] * 4)  # pixels of an image


def publish(root: Path) -> None:
    """Write the model to `root` as version 1 of `brittle`."""
    table = np.eye(255, len(LABELS), dtype=np.float32)  # one row too few for the brightest pixel
    nodes = [
        helper.make_node("Cast", ["image"], ["numbers"], to=TensorProto.INT64),
        helper.make_node("ReduceMax", ["numbers", "axes"], ["brightest"], keepdims=0),
        helper.make_node("Gather", ["table", "brightest"], ["probabilities"]),
        helper.make_node("Identity", ["probabilities"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "brittle",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", *SHAPE])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", len(LABELS)])
            for name in ("probabilities", "logits")
        ],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1, 2, 3]), "axes")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(model, {"labels": json.dumps(LABELS), "preprocessing": json.dumps({"fit": "resize"})})
    folder = root / "brittle" / "1"
    folder.mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
