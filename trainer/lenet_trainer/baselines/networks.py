"""The networks of a comparison: the lecture's LeNet, its variants, and the fully connected 784-30-10."""

import io
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.networks.fully_connected import FullyConnected
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.networks.network import Network
from lenet_trainer.progress import Silent
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.data import prepare
from lenet_trainer.training.loop import train

BATCH_SIZE = 250
SIGMOID_RATE, OTHER_RATE = 0.01, 0.003  # learning rates; tanh and ReLU have steeper slopes and need less

Build = Callable[[int, int, int, int], Network]  # from labels, channels, height and width


class NetworkEstimator:
    """A network, trained by `training.loop`."""

    support_vectors: int | None = None

    def __init__(self, name: str, build: Build, settings: TrainSettings):
        self.name, self.build, self.settings = name, build, settings
        self.network: Network = build(2, 1, 28, 28)
        self.convolutional = isinstance(self.network, LeNet)

    def learn(self, dataset: Dataset) -> None:
        """Learn from the training split."""
        fresh = self.build(len(dataset.labels), *dataset.image_shape)
        self.network = train(prepare(dataset, self.settings), self.settings, Silent(), fresh).network

    @torch.inference_mode()
    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the labels [N] of images [N, C, H, W]."""
        batches = torch.split(torch.from_numpy(images), BATCH_SIZE)
        return torch.cat([self.network(batch).argmax(dim=1) for batch in batches]).numpy()

    def saved(self) -> bytes:
        """Return the weights, as `torch.save` writes them."""
        file = io.BytesIO()
        torch.save(self.network.state_dict(), file)
        return file.getvalue()

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return self.network.parameter_count


def networks(epochs: int, seed: int, batch_size: int) -> list[NetworkEstimator]:
    """Return the fully connected network and the variants of LeNet; only the last is trained with augmentation."""

    def settings(rate: float, distorted: bool = False) -> TrainSettings:
        return TrainSettings(
            epochs=epochs,
            seed=seed,
            batch_size=batch_size,
            learning_rate=rate,
            validation_share=0.0,
            shift_pixels=1.5 if distorted else 0.0,
            rotation_degrees=10.0 if distorted else 0.0,
            zoom=0.1 if distorted else 0.0,
            device="cpu",
        )

    def variant(activation: str, pooling: str) -> Build:
        return lambda labels, channels, height, width: LeNet(labels, channels, height, width, activation, pooling)

    return [
        NetworkEstimator("fully connected, 30 hidden", FullyConnected, settings(SIGMOID_RATE)),
        NetworkEstimator("LeNet", LeNet, settings(SIGMOID_RATE)),
        NetworkEstimator("LeNet, max pooling", variant("sigmoid", "max"), settings(SIGMOID_RATE)),
        NetworkEstimator("LeNet, tanh", variant("tanh", "average"), settings(OTHER_RATE)),
        NetworkEstimator("LeNet, ReLU", variant("relu", "average"), settings(OTHER_RATE)),
        NetworkEstimator("LeNet, ReLU, max pooling", variant("relu", "max"), settings(OTHER_RATE)),
        NetworkEstimator("LeNet, distorted pictures", LeNet, settings(SIGMOID_RATE, distorted=True)),
    ]
