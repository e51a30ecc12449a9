"""The layer table has the lecture's shapes, parameters, multiply-accumulates and receptive fields."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lenet_trainer.networks.layer_table import Layer, layers
from lenet_trainer.networks.lenet import LeNet

sizes = st.integers(12, 40)


@pytest.fixture
def rows() -> dict[str, Layer]:
    """The layers of the lecture's network by name."""
    return {row.name: row for row in layers(LeNet())}


def test_layers_of_the_default_network(rows: dict[str, Layer]) -> None:
    assert sum(row.parameters for row in rows.values()) == 61_706
    assert {row.name: row.parameters for row in rows.values() if row.parameters} == {
        "conv1": 156,
        "conv2": 2_416,
        "dense1": 48_120,
        "dense2": 10_164,
        "dense3": 850,
    }
    described = {row.name: (row.description, row.output_shape) for row in rows.values()}
    assert described["conv1"] == ("convolution 5×5, padding 2", (6, 28, 28))
    assert described["conv2"] == ("convolution 5×5", (16, 10, 10))
    assert described["pool1"] == ("average pooling 2×2, stride 2", (6, 14, 14))
    assert described["sigmoid4"] == ("sigmoid", (84,))


def test_the_formulas_numbers(rows: dict[str, Layer]) -> None:
    assert {row.name: row.formula for row in rows.values() if row.formula} == {
        "conv1": "⌊(28 − 5 + 4 + 1) / 1⌋",
        "pool1": "⌊(28 − 2 + 0 + 2) / 2⌋",
        "conv2": "⌊(14 − 5 + 0 + 1) / 1⌋",
        "pool2": "⌊(10 − 2 + 0 + 2) / 2⌋",
    }
    oblong = {row.name: row.formula for row in layers(LeNet(height=12, width=20))}
    assert oblong["pool1"] == "⌊(12 − 2 + 0 + 2) / 2⌋ × ⌊(20 − 2 + 0 + 2) / 2⌋"


def test_work_and_receptive_fields(rows: dict[str, Layer]) -> None:
    assert {row.name: row.multiply_accumulates for row in rows.values() if row.multiply_accumulates} == {
        "conv1": 6 * 28 * 28 * 25,
        "conv2": 16 * 10 * 10 * 6 * 25,
        "dense1": 400 * 120,
        "dense2": 120 * 84,
        "dense3": 84 * 10,
    }
    fields = {name: rows[name].receptive_field for name in ("conv1", "pool1", "conv2", "pool2", "dense1")}
    assert fields == {"conv1": (5, 5), "pool1": (6, 6), "conv2": (14, 14), "pool2": (16, 16), "dense1": (28, 28)}


@settings(deadline=None, max_examples=10)
@given(channels=st.sampled_from([1, 3]), height=sizes, width=sizes)
def test_receptive_fields_are_what_gradients_reach(channels: int, height: int, width: int) -> None:
    network = LeNet(2, channels, height, width)
    picture = torch.rand(1, channels, height, width, requires_grad=True)
    values = picture
    for row, module in zip(layers(network), network.layers, strict=True):
        values = module(values)
        if isinstance(module, nn.Flatten):
            return
        middle = values[0, 0, values.shape[2] // 2, values.shape[3] // 2]
        (gradient,) = torch.autograd.grad(middle, picture, retain_graph=True)
        reached = gradient[0].abs().sum(dim=0) > 0
        seen = (int(reached.any(dim=1).sum()), int(reached.any(dim=0).sum()))
        # Near an edge a window also covers padding.
        assert all(mine <= listed for mine, listed in zip(seen, row.receptive_field, strict=True))
        if min(height, width) >= 34:
            assert seen == row.receptive_field


def test_layers_of_colour_pictures() -> None:
    assert layers(LeNet(labels=3, channels=3, height=32, width=32))[0].output_shape == (3, 32, 32)


def test_a_network_without_memory() -> None:
    with torch.device("meta"):
        rows = layers(LeNet(height=4096, width=4096, activation="relu", pooling="max"))
    assert rows[3].description == "max pooling 2×2, stride 2"
    assert sum(row.parameters for row in rows) > 2 * 10**9
