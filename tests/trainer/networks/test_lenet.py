"""LeNet has the lecture's parameters, shapes and layers, and supports other sizes."""

import pytest
import torch
from torch import nn

from lenet_trainer.networks.lenet import LeNet, final_size
from lenet_trainer.networks.network import Normalise


def test_parameters() -> None:
    assert LeNet().parameter_count == 61_706


def test_shapes_of_one_picture() -> None:
    network = LeNet()
    values = torch.zeros(1, 1, 28, 28)
    shapes = {}
    for name, layer in network.layers.named_children():
        values = layer(values)
        shapes[name] = tuple(values.shape[1:])
    assert shapes == {
        "normalise": (1, 28, 28),
        "conv1": (6, 28, 28),
        "sigmoid1": (6, 28, 28),
        "pool1": (6, 14, 14),
        "conv2": (16, 10, 10),
        "sigmoid2": (16, 10, 10),
        "pool2": (16, 5, 5),
        "flatten": (400,),
        "dense1": (120,),
        "sigmoid3": (120,),
        "dense2": (84,),
        "sigmoid4": (84,),
        "dense3": (10,),
    }


def test_activation_and_pooling_are_the_lectures() -> None:
    kinds = [type(layer) for layer in LeNet().layers]
    assert kinds.count(nn.Sigmoid) == 4
    assert kinds.count(nn.AvgPool2d) == 2


@pytest.mark.parametrize(("labels", "channels", "height", "width"), [(10, 3, 32, 32), (2, 1, 12, 12), (7, 3, 28, 64)])
def test_other_labels_channels_and_sizes(labels: int, channels: int, height: int, width: int) -> None:
    network = LeNet(labels, channels, height, width)
    assert network(torch.zeros(2, channels, height, width, dtype=torch.uint8)).shape == (2, labels)


def test_too_small_a_picture_is_refused() -> None:
    assert final_size(28) == 5
    with pytest.raises(ValueError, match="does not fit"):
        LeNet(height=8)


def test_normalise_gives_mean_0_and_deviation_1_per_channel() -> None:
    images = torch.randint(0, 256, (50, 3, 4, 5), dtype=torch.uint8)
    images[:, 1] //= 3
    images[:, 2] = 77  # without any deviation
    layer = Normalise(3)
    layer.fit(images)
    values = layer(images)
    assert values.dtype == torch.float32
    torch.testing.assert_close(values.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(values[:, :2].std(dim=(0, 2, 3), correction=0), torch.ones(2), atol=1e-5, rtol=0)
    assert values[:, 2].abs().max() < 1e-5


def test_same_generator_same_weights() -> None:
    first, second = LeNet(), LeNet()
    first.initialise(torch.Generator().manual_seed(7))
    second.initialise(torch.Generator().manual_seed(7))
    for left, right in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(left, right)
