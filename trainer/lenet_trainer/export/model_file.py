"""Reads a model file: its metadata, its weights, and the network rebuilt from them."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import ModelProto, checker, numpy_helper

from lenet_imaging import Preprocessing
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import ModelError
from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.settings import DataSettings

if TYPE_CHECKING:
    from lenet_imaging.preprocessing import Fit

ACTIVATION_NODES = MappingProxyType({"Sigmoid": "sigmoid", "Tanh": "tanh", "Relu": "relu"})


@dataclass(frozen=True)
class ModelFile:
    """A model file in memory, whose input and metadata are checked."""

    content: bytes
    metadata: ModelMetadata
    image_shape: tuple[int, int, int]  # channels, height, width
    weights: dict[str, NDArray[np.float32]]  # by name, as in the file
    activation: str = "sigmoid"
    pooling: str = "average"

    def network(self) -> LeNet:
        """Return LeNet with the file's weights, in evaluation mode; raises ModelError if they do not fit."""
        state = {name: torch.from_numpy(values.copy()) for name, values in self.weights.items()}
        try:
            network = LeNet(len(self.metadata.labels), *self.image_shape, self.activation, self.pooling)
            network.layers.load_state_dict(state)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"the model's weights are not those of LeNet: {error}") from error
        return network.eval()

    @property
    def preprocessing(self) -> Preprocessing:
        """The preprocessing from an image to the model's input."""
        channels, height, width = self.image_shape
        return Preprocessing(cast("Fit", self.metadata.fit), channels, height, width)

    def completed(self, settings: DataSettings) -> DataSettings:
        """Return the settings, with size, labels and test split taken from the model where they are None."""
        channels, height, width = self.image_shape
        known: dict[str, Any] = {}
        if settings.dataset in ("folder", "idx"):
            known = {"channels": channels, "height": height, "width": width, "fit": self.metadata.fit}
        if settings.dataset == "idx":
            known["labels"] = ",".join(self.metadata.labels)
        if settings.dataset == "folder":
            known |= {name: self.metadata.training.get(name) for name in ("test_share", "split_seed")}
        return replace(settings, **{name: value for name, value in known.items() if getattr(settings, name) is None})

    def require_fit(self, dataset: Dataset) -> None:
        """Raise ModelError if the model's labels or image shape differ from the dataset's."""
        if self.metadata.labels != dataset.labels:
            raise ModelError(
                f"the model's labels {', '.join(self.metadata.labels)} are not "
                f"those of {dataset.name}: {', '.join(dataset.labels)}"
            )
        if self.image_shape != dataset.image_shape:
            raise ModelError(
                f"the model takes pictures of {shape_text(self.image_shape)}, "
                f"those of {dataset.name} are {shape_text(dataset.image_shape)}"
            )


def read_model(path: Path) -> ModelFile:
    """Return the model in the file at `path`; raises ModelError, naming the file, unless this trainer wrote it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return parse_model(content)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error


def parse_model(content: bytes) -> ModelFile:
    """Return the model in the content of an ONNX file; raises ModelError unless this trainer wrote it."""
    try:
        model = onnx.load_model_from_string(content)
        checker.check_model(model, full_check=True)
    except (DecodeError, checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelError("not a valid ONNX model") from error
    metadata = ModelMetadata.from_properties({item.key: item.value for item in model.metadata_props})
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    kinds = {node.op_type for node in model.graph.node}
    activation = next((name for node, name in ACTIVATION_NODES.items() if node in kinds), "sigmoid")
    pooling = "max" if "MaxPool" in kinds else "average"
    return ModelFile(content, metadata, image_shape(model), weights, activation, pooling)


def image_shape(model: ModelProto) -> tuple[int, int, int]:
    """Return channels, height and width of the graph's input `image`; raises ModelError if there is no such input."""
    inputs = {value.name: value.type.tensor_type for value in model.graph.input}
    if list(inputs) != ["image"] or len(inputs["image"].shape.dim) != 4:
        raise ModelError("the model's one input must be image [N, C, H, W]")
    _, channels, height, width = (size.dim_value for size in inputs["image"].shape.dim)
    return channels, height, width


def shape_text(shape: tuple[int, int, int]) -> str:
    """Return a shape in words: 1×28×28."""
    return "×".join(str(size) for size in shape)
