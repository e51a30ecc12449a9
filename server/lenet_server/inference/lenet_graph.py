"""Runs a model file that keeps the contract of lenet models.

The contract: one input `image`, uint8 [N, C, H, W] with N free; outputs `probabilities` and `logits`, float32 [N, K];
`labels` and `preprocessing` in the file's metadata. Scaling and softmax are inside the graph.
"""

import json

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lenet_imaging import Preprocessing
from lenet_server.batching.job import Outputs
from lenet_server.errors import ModelRejected

OUTPUTS = ["probabilities", "logits"]


class LenetGraph:
    """See graph.Graph."""

    def __init__(self, session: onnxruntime.InferenceSession, metadata: dict[str, str]) -> None:
        """Raises ModelRejected with the reason if the file does not keep the contract."""
        self._session = session
        input_shape = _input_shape(session)
        self.labels = _labels(session, metadata)
        self.preprocessing = _preprocessing(metadata, input_shape)

    def run(self, images: NDArray[np.uint8]) -> Outputs:
        """See Graph."""
        probabilities, logits = self._session.run(OUTPUTS, {"image": images})
        return Outputs(probabilities, logits)


def _input_shape(session: onnxruntime.InferenceSession) -> tuple[int, int, int]:
    inputs = session.get_inputs()
    if [(each.name, each.type) for each in inputs] != [("image", "tensor(uint8)")]:
        found = ", ".join(f"{each.name} {each.type}" for each in inputs)
        raise ModelRejected(f"one input `image` of uint8 is expected, the file has: {found}")
    shape = inputs[0].shape
    if len(shape) != 4 or isinstance(shape[0], int) or not all(isinstance(size, int) for size in shape[1:]):
        raise ModelRejected(f"the input's shape must be [N, C, H, W] with only N free, the file has {shape}")
    return shape[1], shape[2], shape[3]


def _labels(session: onnxruntime.InferenceSession, metadata: dict[str, str]) -> list[str]:
    outputs = {each.name: (each.type, each.shape) for each in session.get_outputs()}
    try:
        labels = json.loads(metadata["labels"])
    except (KeyError, json.JSONDecodeError) as error:
        raise ModelRejected("`labels` is missing from the file's metadata, or is not JSON") from error
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise ModelRejected("`labels` in the file's metadata is not a list of strings")
    for name in OUTPUTS:
        kind, shape = outputs.get(name, ("missing", []))
        if kind != "tensor(float)" or len(shape) != 2 or shape[1] != len(labels):
            raise ModelRejected(f"output `{name}` must be float32 [N, {len(labels)}], the file has {kind} {shape}")
    return labels


def _preprocessing(metadata: dict[str, str], input_shape: tuple[int, int, int]) -> Preprocessing:
    channels, height, width = input_shape
    try:
        return Preprocessing(**json.loads(metadata["preprocessing"]), channels=channels, height=height, width=width)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelRejected(f"`preprocessing` in the file's metadata cannot be used: {error!r}") from error
