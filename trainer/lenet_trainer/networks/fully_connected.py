"""The lecture's network without convolutions."""

from collections import OrderedDict

from torch import nn

from lenet_trainer.networks.network import Network, Normalise


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
