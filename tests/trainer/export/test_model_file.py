"""A model file is read back as the network that was exported; other files are refused with a reason."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import ModelError
from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.model_file import ModelFile, parse_model, read_model
from lenet_trainer.export.onnx_graph import export
from lenet_trainer.export.verification import verify
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings
from lenet_trainer.training.loop import TrainingResult


def test_the_network_comes_back(model: ModelFile, trained: TrainingResult, metadata: ModelMetadata) -> None:
    assert model.metadata == metadata
    assert model.image_shape == (1, 28, 28)
    rebuilt = model.network()
    for name, tensor in trained.network.state_dict().items():
        assert torch.equal(rebuilt.state_dict()[name], tensor)


def test_a_colour_network_comes_back(metadata: ModelMetadata) -> None:
    written = export(LeNet(labels=2, channels=3, height=32, width=24), replace(metadata, labels=("cat", "dog")))
    assert parse_model(written).network().input_shape == (3, 32, 24)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("pooling", ["average", "max"])
def test_a_variant_comes_back_and_agrees(
    activation: str, pooling: str, metadata: ModelMetadata, small_digits: Dataset, generator: torch.Generator
) -> None:
    network = LeNet(activation=activation, pooling=pooling)
    network.initialise(generator)
    model = parse_model(export(network, metadata))
    rebuilt = model.network()
    assert (rebuilt.activation, rebuilt.pooling) == (activation, pooling)
    assert list(dict(rebuilt.layers.named_children())) == list(dict(network.layers.named_children()))
    few = replace(small_digits, test_images=small_digits.test_images[:70], test_labels=small_digits.test_labels[:70])
    assert verify(model, few, Silent()).passed


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx cannot be read: No such file"):
        read_model(tmp_path / "none.onnx")


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08"])
def test_a_file_that_is_no_model(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.onnx: not a valid ONNX model"):
        read_model(path)


def test_a_model_of_another_program(model: ModelFile) -> None:
    other = onnx.load_model_from_string(model.content)
    del other.metadata_props[:]
    with pytest.raises(ModelError, match="metadata are incomplete"):
        parse_model(other.SerializeToString())


def test_another_input(model: ModelFile) -> None:
    other = onnx.load_model_from_string(model.content)
    other.graph.input[0].name = other.graph.node[0].input[0] = "picture"
    with pytest.raises(ModelError, match="input must be image"):
        parse_model(other.SerializeToString())


def test_weights_of_another_network(model: ModelFile) -> None:
    with pytest.raises(ModelError, match="not those of LeNet"):
        replace(model, weights={**model.weights, "extra.weight": np.zeros(1, np.float32)}).network()


def test_a_dataset_with_other_labels(model: ModelFile, small_digits: Dataset) -> None:
    with pytest.raises(ModelError, match="are not those of digits: zero, one"):
        model.require_fit(replace(small_digits, labels=("zero", "one")))


def test_a_dataset_with_other_pictures(model: ModelFile, small_digits: Dataset) -> None:
    with pytest.raises(ModelError, match="takes pictures of 1×28×28, those of digits are 1×14×28"):
        model.require_fit(replace(small_digits, train_images=small_digits.train_images[:, :, ::2]))


def test_what_settings_leave_open_is_taken_from_the_model(model: ModelFile) -> None:
    trained = replace(model.metadata, training={"split_seed": 7, "test_share": 0.3})
    published = replace(model, metadata=trained)
    folder = published.completed(DataSettings(dataset="folder", height=20))
    assert (folder.channels, folder.height, folder.width, folder.fit) == (1, 20, 28, "ink")
    assert (folder.split_seed, folder.test_share, folder.labels) == (7, 0.3, None)
    assert published.completed(DataSettings(dataset="idx")).labels == "0,1,2,3,4,5,6,7,8,9"
    assert published.completed(DataSettings(dataset="digits")) == DataSettings(dataset="digits")
