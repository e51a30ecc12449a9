"""The base of all networks: named layers in a row, the first of which scales the pixels."""

from collections import OrderedDict
from types import MappingProxyType
from typing import cast

import torch
from torch import Tensor, nn

# Xavier's initialisation assumes a slope of 1 at 0; the gain makes up for the activation's. The sigmoid's slope is at
# most 1/4, and without a gain of 4 its first epochs learn nothing. 5/3 and √2 come from torch.nn.init.calculate_gain.
GAINS = MappingProxyType({"sigmoid": 4.0, "tanh": 5 / 3, "relu": 2**0.5})


class Normalise(nn.Module):
    """Scales pixels to mean 0 and deviation 1: pixels · scale + shift, with one pair per channel."""

    scale: Tensor
    shift: Tensor

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer("scale", torch.full((channels, 1, 1), 1 / 255))
        self.register_buffer("shift", torch.zeros(channels, 1, 1))

    def fit(self, images: Tensor) -> None:
        """Choose scale and shift so that images uint8 [N, C, H, W] get mean 0 and deviation 1, per channel."""
        levels = torch.arange(256, dtype=torch.float64)
        for channel in range(images.shape[1]):
            # Counting the 256 levels is exact and needs no float copy of the dataset.
            counts = torch.bincount(images[:, channel].flatten().cpu(), minlength=256).double()
            mean = (counts @ levels) / counts.sum()
            deviation = ((counts @ (levels - mean) ** 2) / counts.sum()).sqrt().clamp(min=1.0)
            self.scale[channel] = 1 / deviation
            self.shift[channel] = -mean / deviation

    def forward(self, pixels: Tensor) -> Tensor:
        """Return float32 of the same shape for pixels uint8 or float32 [N, C, H, W], 0 to 255."""
        return pixels.float() * self.scale + self.shift


class Network(nn.Module):
    """Named layers in sequence, the first of which is `normalise`; `activation` is a key of GAINS."""

    def __init__(self, layers: "OrderedDict[str, nn.Module]", input_shape: tuple[int, int, int], activation: str):
        super().__init__()
        self.layers = nn.Sequential(layers)
        self.input_shape = input_shape
        self.activation = activation

    @property
    def normalise(self) -> Normalise:
        """The first layer, which scales the pixels."""
        return cast("Normalise", self.layers.get_submodule("normalise"))

    @property
    def parameter_count(self) -> int:
        """The number of trainable weights and biases."""
        return sum(parameter.numel() for parameter in self.parameters())

    def initialise(self, generator: torch.Generator) -> None:
        """Initialise the weights from Xavier's uniform distribution (Glorot and Bengio, 2010), the biases with 0."""
        for layer in self.layers.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.xavier_uniform_(layer.weight, gain=GAINS[self.activation], generator=generator)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits [N, K] of pixels uint8 or float32 [N, C, H, W], 0 to 255."""
        return cast("Tensor", self.layers(pixels))
