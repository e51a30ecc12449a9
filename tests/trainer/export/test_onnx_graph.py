"""The exported graph has the documented interface, one node per layer, and PyTorch's outputs."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.onnx_graph import export
from lenet_trainer.networks.lenet import LeNet


@pytest.fixture
def content(network: LeNet, metadata: ModelMetadata) -> bytes:
    return export(network, metadata)


def test_the_checker_has_nothing_to_say(content: bytes) -> None:
    onnx.checker.check_model(onnx.load_model_from_string(content), full_check=True)


def test_interface(content: bytes) -> None:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    assert [(item.name, item.type, item.shape) for item in session.get_inputs()] == [
        ("image", "tensor(uint8)", ["N", 1, 28, 28])
    ]
    assert [(item.name, item.type, item.shape) for item in session.get_outputs()] == [
        ("probabilities", "tensor(float)", ["N", 10]),
        ("logits", "tensor(float)", ["N", 10]),
    ]


def test_versions_and_metadata(content: bytes, metadata: ModelMetadata) -> None:
    model = onnx.load_model_from_string(content)
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    assert (model.producer_name, model.producer_version) == ("lenet-trainer", "0.1.0")
    assert {item.key: item.value for item in model.metadata_props} == metadata.to_properties()


def test_one_node_per_layer(network: LeNet, metadata: ModelMetadata) -> None:
    nodes = [node.name for node in onnx.load_model_from_string(export(network, metadata, "plain")).graph.node]
    names = list(dict(network.layers.named_children()))
    assert nodes == ["normalise.float", "normalise.scaled", *names, "probabilities"]


@pytest.mark.parametrize("count", [1, 2, 7, 64])
def test_any_number_of_pictures(count: int, content: bytes, network: LeNet, generator: torch.Generator) -> None:
    images = torch.randint(0, 256, (count, 1, 28, 28), dtype=torch.uint8, generator=generator)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    probabilities, logits = session.run(None, {"image": images.numpy()})
    with torch.inference_mode():
        expected = network(images)
    np.testing.assert_allclose(logits, expected.numpy(), atol=1e-4)
    np.testing.assert_allclose(probabilities, expected.softmax(dim=1).numpy(), atol=1e-5)


def test_same_network_same_bytes(content: bytes, network: LeNet, metadata: ModelMetadata) -> None:
    assert export(network, metadata) == content


def test_a_layer_without_a_node_is_refused(network: LeNet, metadata: ModelMetadata) -> None:
    network.layers.add_module("dropout", nn.Dropout())
    with pytest.raises(TypeError, match="layer dropout: there is no ONNX node for Dropout"):
        export(network, metadata)
