"""LeNet-5 as the lecture draws it: two convolutions, two poolings, three dense layers, activations between."""

from collections import OrderedDict
from types import MappingProxyType
from typing import cast

import torch
from torch import Tensor, nn

from lenet_trainer.reference.layers import output_size

ACTIVATIONS = MappingProxyType({"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU})
POOLINGS = MappingProxyType({"average": nn.AvgPool2d, "max": nn.MaxPool2d})

# What makes up for the activation's slope. The sigmoid's is at most 1/4: without it the first epochs stand still.
GAINS = MappingProxyType({"sigmoid": 4.0, "tanh": 5 / 3, "relu": 2**0.5})


class Normalise(nn.Module):
    """Pixels to values around 0: pixels · scale + shift, with one pair per channel."""

    scale: Tensor
    shift: Tensor

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer("scale", torch.full((channels, 1, 1), 1 / 255))
        self.register_buffer("shift", torch.zeros(channels, 1, 1))

    def fit(self, images: Tensor) -> None:
        """Make the mean of these images uint8 [N, C, H, W] 0 and their deviation 1, per channel."""
        levels = torch.arange(256, dtype=torch.float64)
        for channel in range(images.shape[1]):
            # Counting the 256 levels is exact and needs no float copy of the whole data set.
            counts = torch.bincount(images[:, channel].flatten().cpu(), minlength=256).double()
            mean = (counts @ levels) / counts.sum()
            deviation = ((counts @ (levels - mean) ** 2) / counts.sum()).sqrt().clamp(min=1.0)
            self.scale[channel] = 1 / deviation
            self.shift[channel] = -mean / deviation

    def forward(self, pixels: Tensor) -> Tensor:
        """uint8 or float32 [N, C, H, W], 0 to 255, to float32 of the same shape."""
        return pixels.float() * self.scale + self.shift


class Network(nn.Module):
    """A network of named layers in a row, the first of which scales the pixels; `activation` is a key of GAINS."""

    def __init__(self, layers: "OrderedDict[str, nn.Module]", input_shape: tuple[int, int, int], activation: str):
        super().__init__()
        self.layers = nn.Sequential(layers)
        self.input_shape = input_shape
        self.activation = activation

    @property
    def normalise(self) -> Normalise:
        """The first layer, which holds the constants of scaling."""
        return cast("Normalise", self.layers.get_submodule("normalise"))

    @property
    def parameter_count(self) -> int:
        """Weights and biases that training changes."""
        return sum(parameter.numel() for parameter in self.parameters())

    def initialise(self, generator: torch.Generator) -> None:
        """Draw all weights anew: Xavier's uniform distribution (Glorot and Bengio, 2010), biases 0."""
        for layer in self.layers.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.xavier_uniform_(layer.weight, gain=GAINS[self.activation], generator=generator)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits [N, K] of pixels uint8 or float32 [N, C, H, W], 0 to 255."""
        return cast("Tensor", self.layers(pixels))


class LeNet(Network):
    """LeCun's network for any number of labels, 1 or 3 channels and pictures of at least 12×12 pixels.

    `layers` is the whole network in order, by name; the exported graph has the same names. 61,706 parameters for
    28×28 pictures with one channel and ten labels (LeCun et al., Gradient-based learning applied to document
    recognition, 1998). `activation` and `pooling` are keys of ACTIVATIONS and POOLINGS; the lecture's are the defaults.
    """

    def __init__(
        self,
        labels: int = 10,
        channels: int = 1,
        height: int = 28,
        width: int = 28,
        activation: str = "sigmoid",
        pooling: str = "average",
    ):
        features = 16 * final_size(height) * final_size(width)
        activate, pool = ACTIVATIONS[activation], POOLINGS[pooling]
        layers: OrderedDict[str, nn.Module] = OrderedDict()  # shapes of one 28×28 picture:
        layers["normalise"] = Normalise(channels)  # 1 × 28 × 28
        layers["conv1"] = nn.Conv2d(channels, 6, kernel_size=5, padding=2)  # 6 × 28 × 28
        layers[f"{activation}1"] = activate()
        layers["pool1"] = pool(kernel_size=2, stride=2)  # 6 × 14 × 14
        layers["conv2"] = nn.Conv2d(6, 16, kernel_size=5)  # 16 × 10 × 10
        layers[f"{activation}2"] = activate()
        layers["pool2"] = pool(kernel_size=2, stride=2)  # 16 × 5 × 5
        layers["flatten"] = nn.Flatten()  # 400
        layers["dense1"] = nn.Linear(features, 120)
        layers[f"{activation}3"] = activate()
        layers["dense2"] = nn.Linear(120, 84)
        layers[f"{activation}4"] = activate()
        layers["dense3"] = nn.Linear(84, labels)
        super().__init__(layers, (channels, height, width), activation)
        self.pooling = pooling


class FullyConnected(Network):
    """The lecture's network without convolutions: 784-30-10 with sigmoids, 23,860 parameters for MNIST."""

    def __init__(self, labels: int = 10, channels: int = 1, height: int = 28, width: int = 28, hidden: int = 30):
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["normalise"] = Normalise(channels)
        layers["flatten"] = nn.Flatten()  # 784
        layers["dense1"] = nn.Linear(channels * height * width, hidden)  # 30
        layers["sigmoid1"] = nn.Sigmoid()
        layers["dense2"] = nn.Linear(hidden, labels)  # 10
        super().__init__(layers, (channels, height, width), "sigmoid")


def final_size(size: int) -> int:
    """Rows (or columns) of the last feature maps for pictures of `size` rows: 28 gives 5.

    Raises ValueError where nothing is left of the picture.
    """
    first = output_size(size, kernel=5, padding=4)
    pooled = output_size(first, kernel=2, stride=2)
    second = output_size(pooled, kernel=5)
    return output_size(second, kernel=2, stride=2)
