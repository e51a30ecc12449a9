"""LeNet-5 as the lecture draws it: two convolutions, two poolings, three dense layers, activations between."""

from collections import OrderedDict
from types import MappingProxyType

from torch import nn

from lenet_trainer.networks.network import Network, Normalise
from lenet_trainer.reference.layers import output_size

ACTIVATIONS = MappingProxyType({"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU})
POOLINGS = MappingProxyType({"average": nn.AvgPool2d, "max": nn.MaxPool2d})


class LeNet(Network):
    """LeCun's network for any number of labels, 1 or 3 channels and images of at least 12×12 pixels.

    `layers` holds all layers in order; the exported graph has the same names. 61,706 parameters for 28×28 images with
    one channel and ten labels (LeCun et al., Gradient-based learning applied to document
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
        layers: OrderedDict[str, nn.Module] = OrderedDict()  # shapes for one 28×28 image:
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


def final_size(size: int) -> int:
    """Return the rows (or columns) of the last feature maps for images of `size` rows: 28 gives 5.

    Raises ValueError if the image is too small for the layers.
    """
    first = output_size(size, kernel=5, padding=4)
    pooled = output_size(first, kernel=2, stride=2)
    second = output_size(pooled, kernel=5)
    return output_size(second, kernel=2, stride=2)
