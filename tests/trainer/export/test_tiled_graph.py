"""The tiled graph computes what the plain one does, for any shape, and is left out where it does not fit or pay."""

from collections import OrderedDict
from dataclasses import replace
from itertools import count

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn

from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.model_file import parse_model
from lenet_trainer.export.onnx_graph import export
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.networks.network import Network, Normalise

METADATA = ModelMetadata(
    labels=("a", "b", "c"),
    fit="resize",
    dataset="made-up",
    dataset_sha256="0" * 64,
    test_accuracy=0.5,
    test_images=2,
    parameters=1,
    training={},
    trainer_version="0.1.0",
    created="2026-01-02T03:04:05Z",
)
MODULES = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "average": nn.AvgPool2d,
    "max": nn.MaxPool2d,
}


def images(network: Network, number: int, seed: int) -> NDArray[np.uint8]:
    """Random images uint8 [N, C, H, W] of the network's shape."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (number, *network.input_shape), dtype=np.uint8)


def probabilities_and_logits(content: bytes, batch: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Both outputs of a model file."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    outputs: list[NDArray[np.float32]] = session.run(["probabilities", "logits"], {"image": batch})
    return outputs


def assert_same_answers(network: Network, seed: int) -> None:
    tiled, plain = (export(network, METADATA, form) for form in ("tiled", "plain"))
    batch = images(network, 3, seed)
    expected = probabilities_and_logits(plain, batch)
    found = probabilities_and_logits(tiled, batch)
    np.testing.assert_allclose(found[0], expected[0], rtol=0, atol=1e-5)
    # Logits have no bound: 1e-5 of the largest.
    np.testing.assert_allclose(found[1], expected[1], rtol=0, atol=1e-5 * max(1.0, float(np.abs(expected[1]).max())))


def is_tiled(content: bytes) -> bool:
    """Whether pooling is written as a convolution, which only tiles need."""
    nodes = {node.name: node.op_type for node in onnx.load_model_from_string(content).graph.node}
    return nodes["pool1"] == "Conv"


def initialised(network: Network, seed: int) -> Network:
    """The network with random weights, biases and constants of scaling."""
    generator = torch.Generator().manual_seed(seed)
    network.initialise(generator)
    for module in network.layers.modules():
        if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
            nn.init.uniform_(module.bias, -0.5, 0.5, generator=generator)
    shape = network.normalise.scale.shape
    network.normalise.scale.copy_(torch.rand(shape, generator=generator) / 50 + 1 / 255)
    network.normalise.shift.copy_(torch.rand(shape, generator=generator) - 1)
    return network.eval()


def two_stages(
    filters: tuple[int, int] = (6, 16),
    kernels: tuple[int, int] = (5, 5),
    padding: tuple[int, int] = (2, 0),
    shape: tuple[int, int, int] = (1, 28, 28),
    poolings: tuple[str, str] = ("average", "average"),
    activation: str = "sigmoid",
) -> Network:
    """A network of LeNet's kind with other numbers; raises RuntimeError where nothing is left of the picture."""
    layers: OrderedDict[str, nn.Module] = OrderedDict(normalise=Normalise(shape[0]))
    inputs = shape[0]
    for number, outputs, kernel, pads, pooling in zip(count(1), filters, kernels, padding, poolings, strict=False):
        layers[f"conv{number}"] = nn.Conv2d(inputs, outputs, kernel, padding=pads)
        layers[f"{activation}{number}"] = MODULES[activation]()
        layers[f"pool{number}"] = MODULES[pooling](2, 2)
        inputs = outputs
    layers["flatten"] = nn.Flatten()
    values = nn.Sequential(layers)(torch.zeros(1, *shape))
    layers["dense"] = nn.Linear(values.shape[1], len(METADATA.labels))
    return Network(layers, shape, activation)


@settings(max_examples=60, deadline=None)
@given(
    channels=st.sampled_from([1, 3]),
    height=st.integers(12, 70),
    width=st.integers(12, 70),
    activation=st.sampled_from(["sigmoid", "tanh", "relu"]),
    seed=st.integers(0, 2**32),
)
def test_lenet_of_any_size(channels: int, height: int, width: int, activation: str, seed: int) -> None:
    network = initialised(LeNet(3, channels, height, width, activation), seed)
    assert is_tiled(export(network, METADATA))
    assert_same_answers(network, seed)


@settings(max_examples=60, deadline=None)
@given(
    filters=st.tuples(st.integers(1, 17), st.integers(1, 34)),
    kernels=st.tuples(st.integers(1, 7), st.integers(1, 6)),
    padding=st.tuples(st.integers(0, 3), st.sampled_from([0, 0, 1])),
    size=st.tuples(st.sampled_from([1, 3]), st.integers(20, 41), st.integers(20, 41)),
    poolings=st.tuples(st.sampled_from(["average", "average", "max"]), st.sampled_from(["average", "average", "max"])),
    activation=st.sampled_from(["sigmoid", "tanh", "relu"]),
    seed=st.integers(0, 2**32),
)
def test_networks_of_any_numbers(
    filters: tuple[int, int],
    kernels: tuple[int, int],
    padding: tuple[int, int],
    size: tuple[int, int, int],
    poolings: tuple[str, str],
    activation: str,
    seed: int,
) -> None:
    assert_same_answers(initialised(two_stages(filters, kernels, padding, size, poolings, activation), seed), seed)


@pytest.mark.parametrize(
    ("numbers", "tiled"),
    [
        ({}, True),
        ({"filters": (12, 32)}, True),
        ({"filters": (8, 16)}, False),  # fill a block by themselves
        ({"filters": (16, 16)}, False),
        ({"filters": (6, 64)}, False),
        ({"padding": (2, 1)}, False),
        ({"poolings": ("average", "max")}, False),
        ({"kernels": (3, 4), "shape": (1, 28, 28)}, False),  # tiles would leave out the last row and column
        ({"kernels": (3, 4), "shape": (1, 26, 31)}, True),
        ({"kernels": (3, 4), "shape": (1, 31, 26)}, True),  # rows do not fit, columns do
    ],
)
def test_where_tiles_are_used(numbers: dict[str, tuple[int, int]], tiled: bool) -> None:
    network = initialised(two_stages(**numbers), 0)  # type: ignore[arg-type]
    assert is_tiled(export(network, METADATA)) == tiled
    assert_same_answers(network, 0)


@pytest.mark.parametrize("form", ["tiled", "plain"])
@pytest.mark.parametrize("pooling", ["average", "max"])
def test_the_network_is_read_back(form: str, pooling: str) -> None:
    network = initialised(LeNet(3, pooling=pooling), 1)
    model = parse_model(export(network, METADATA, form))
    assert (model.activation, model.pooling) == ("sigmoid", pooling)
    rebuilt = model.network().state_dict()
    assert rebuilt.keys() == network.state_dict().keys()
    assert all(torch.equal(rebuilt[name], tensor) for name, tensor in network.state_dict().items())


def test_only_the_networks_own_weights_are_initializers() -> None:
    network = initialised(LeNet(3), 1)
    graph = onnx.load_model_from_string(export(network, METADATA)).graph
    assert [tensor.name for tensor in graph.initializer] == list(network.layers.state_dict())


@pytest.mark.parametrize(("activation", "first"), [("sigmoid", "pool1"), ("tanh", "pool1"), ("relu", "relu1")])
def test_max_pooling_comes_before_costly_activations(activation: str, first: str) -> None:
    network = initialised(LeNet(3, activation=activation, pooling="max"), 1)
    order = [node.name for node in onnx.load_model_from_string(export(network, METADATA)).graph.node]
    assert order[order.index("conv1") + 1] == first
    assert_same_answers(network, 1)


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_the_plain_form_has_a_node_for_each_layer_in_order(pooling: str) -> None:
    network = LeNet(3, pooling=pooling)
    nodes = [node.name for node in onnx.load_model_from_string(export(network, METADATA, "plain")).graph.node]
    names = list(dict(network.layers.named_children()))
    assert nodes == ["normalise.float", "normalise.scaled", *names, "probabilities"]


def test_onnx_runtime_computes_the_tiled_weights_on_opening(tmp_path: object) -> None:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = f"{tmp_path}/opened.onnx"
    content = export(initialised(LeNet(3), 1), METADATA)
    onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    operators = {node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node}
    assert operators.isdisjoint({"Pad", "Concat", "Reshape", "Transpose", "Mul", "Div", "Constant", "Identity"})


def test_labels_do_not_matter_to_the_form() -> None:
    many = replace(METADATA, labels=tuple(map(str, range(26))))
    network = initialised(LeNet(26), 2)
    assert is_tiled(export(network, many))
