"""Runs an image classifier of another origin: float32 in, logits or probabilities out, fed as model.toml says."""

from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lenet_imaging import Preprocessing
from lenet_server.batching.job import Outputs
from lenet_server.errors import ModelRejected
from lenet_server.repository.custom_model import CustomModelOptions

# The smallest normal float32, in place of a probability of 0, whose logarithm would be infinite.
SMALLEST = np.finfo(np.float32).tiny


class CustomGraph:
    """See graph.Graph. The input is float32 [N, C, H, W], of any name; if N is fixed to 1, images run one by one."""

    def __init__(self, session: onnxruntime.InferenceSession, options: CustomModelOptions) -> None:
        """Raises ModelRejected with the reason if the file is not of this kind, or contradicts the options."""
        self._session = session
        self._options = options
        self.labels = options.labels
        found = _only("input", session.get_inputs(), options.input)
        self._input = found.name
        channels, height, width = _image_shape(found, options)
        try:
            self.preprocessing = Preprocessing(options.fit, channels, height, width)
        except ValueError as error:
            raise ModelRejected(f"input `{found.name}`: {error}") from error
        self._one_by_one = found.shape[0] == 1
        self._factor, self._offset = _normalisation(options, channels)
        self._output = _only("output", session.get_outputs(), options.output).name
        _check_output(next(each for each in session.get_outputs() if each.name == self._output), len(self.labels))

    def run(self, images: NDArray[np.uint8]) -> Outputs:
        """See Graph."""
        if self._options.colours == "bgr":
            images = images[:, ::-1]
        values = np.ascontiguousarray(images * self._factor + self._offset)  # float32 [n, C, H, W]
        parts = np.split(values, len(values)) if self._one_by_one else [values]
        outputs = np.concatenate([self._session.run([self._output], {self._input: part})[0] for part in parts])
        outputs = outputs.reshape(len(images), -1)  # some files have [n, K, 1, 1]
        if self._options.softmax:
            return Outputs(_softmax(outputs), outputs)
        return Outputs(outputs, np.log(np.maximum(outputs, SMALLEST)))


def _only(kind: str, nodes: Sequence[onnxruntime.NodeArg], name: str) -> onnxruntime.NodeArg:
    """The node of that name, or, without a name, the only node."""
    named = [each for each in nodes if each.name == name] if name else list(nodes)
    if len(named) == 1:
        return named[0]
    names = ", ".join(each.name for each in nodes)
    wanted = f"there is no {kind} {name!r}" if name else f"say which {kind} in `foreign.{kind}`"
    raise ModelRejected(f"{wanted}: the file has {names}")


def _image_shape(node: onnxruntime.NodeArg, options: CustomModelOptions) -> tuple[int, int, int]:
    if node.type != "tensor(float)" or len(node.shape) != 4:
        raise ModelRejected(f"input `{node.name}` must be float32 [N, C, H, W], the file has {node.type} {node.shape}")
    images, channels, height, width = node.shape
    if isinstance(images, int) and images != 1:
        raise ModelRejected(f"input `{node.name}` takes {images} images at a time: N must be free, or 1")
    if channels not in (1, 3):
        raise ModelRejected(f"input `{node.name}` has the shape {node.shape}: C must be 1 or 3, in the second place")
    if not isinstance(height, int) or not isinstance(width, int):
        if options.size is None:
            raise ModelRejected(f"input `{node.name}` leaves the size open: give `foreign.size`")
        return channels, *options.size
    if options.size and options.size != (height, width):
        raise ModelRejected(f"`foreign.size` is {list(options.size)}, the file has {[height, width]}")
    return channels, height, width


def _normalisation(options: CustomModelOptions, channels: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The factor and the offset, in that order, that normalise a pixel: each [C, 1, 1] or [1, 1, 1]."""
    for key, values in (("mean", options.mean), ("std", options.std)):
        if len(values) not in (1, channels):
            raise ModelRejected(f"`foreign.{key}` has {len(values)} values, the model {channels} channels")
    if options.colours == "bgr" and channels == 1:
        raise ModelRejected("`foreign.colours` is 'bgr', the model has 1 channel")
    mean, std = np.array(options.mean), np.array(options.std)
    factor, offset = np.broadcast_arrays(options.scale / std, -mean / std)
    return factor.astype(np.float32).reshape(-1, 1, 1), offset.astype(np.float32).reshape(-1, 1, 1)


def _check_output(node: onnxruntime.NodeArg, labels: int) -> None:
    free = not node.shape or not isinstance(node.shape[1] if len(node.shape) > 1 else None, int)
    shape_fits = len(node.shape) >= 2 and (free or node.shape[1] == labels) and all(one == 1 for one in node.shape[2:])
    if node.type != "tensor(float)" or (node.shape and not shape_fits):
        raise ModelRejected(
            f"output `{node.name}` must be float32 [N, {labels}], one for each of `foreign.labels`, "
            f"the file has {node.type} {node.shape}"
        )


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of logits [n, K], without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    total: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return total
