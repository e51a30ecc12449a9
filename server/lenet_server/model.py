"""An ONNX file that keeps the contract of lenet models, ready to run in ONNX Runtime.

The contract: one input `image`, uint8 [N, C, H, W] with N free; outputs `probabilities` and `logits`, float32 [N, K];
`labels` and `preprocessing` in the file's metadata. Scaling and softmax are inside the graph.
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lenet_imaging import Preprocessing
from lenet_server.errors import ModelRejected
from lenet_server.job import Outputs

OUTPUTS = ["probabilities", "logits"]


class Model:
    """One version of a model.

    Attributes: `name`, `version`, `labels` (K of them, in the order of the outputs), `input_shape` (C, H, W),
    `preprocessing` (how a picture becomes the input) and `metadata` (all that the trainer wrote into the file).
    """

    def __init__(self, path: Path, *, name: str, version: int, threads: int) -> None:
        """Load the file at `path`; raises ModelRejected with the reason where it cannot be served."""
        self.name = name
        self.version = version
        self._session = _session(path, threads)
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self.input_shape = _input_shape(self._session)
        self.labels = _labels(self._session, self.metadata)
        self.preprocessing = _preprocessing(self.metadata, self.input_shape)

    def predict(self, images: NDArray[np.uint8]) -> Outputs:
        """Run the model once on images [n, C, H, W]."""
        probabilities, logits = self._session.run(OUTPUTS, {"image": images})
        return Outputs(probabilities, logits)

    def warm_up(self, max_batch_size: int) -> None:
        """Run the smallest and the largest batch, so that the first caller does not pay for ONNX Runtime's set-up.

        Raises ModelRejected where the model cannot compute them.
        """
        for size in (1, max_batch_size):
            try:
                outputs = self.predict(np.zeros((size, *self.input_shape), np.uint8))
            except Exception as error:  # ONNX Runtime raises a dozen classes of its own
                raise ModelRejected(f"it cannot compute a batch of {size}: {error}") from error
            shapes = {outputs.probabilities.shape, outputs.logits.shape}
            if shapes != {(size, len(self.labels))}:
                raise ModelRejected(f"a batch of {size} gets outputs of the shapes {shapes}")


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait win microseconds and cost whole cores: an idle server must be idle.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises a dozen classes of its own
        raise ModelRejected(f"{path}: not a model that ONNX Runtime can load: {error}") from error


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
