"""LeNet in NumPy gives the outputs of LeNet in PyTorch."""

import numpy as np
import pytest
import torch

from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.reference.lenet import lenet_logits, lenet_probabilities


@pytest.mark.parametrize(
    ("labels", "channels", "height", "width", "activation", "pooling"),
    [
        (10, 1, 28, 28, "sigmoid", "average"),
        (3, 3, 32, 24, "tanh", "average"),
        (2, 1, 12, 40, "relu", "max"),
        (10, 1, 28, 28, "sigmoid", "max"),
    ],
)
def test_definition_is_pytorchs_network(
    labels: int, channels: int, height: int, width: int, activation: str, pooling: str, generator: torch.Generator
) -> None:
    network = LeNet(labels, channels, height, width, activation, pooling)
    network.initialise(generator)
    images = torch.randint(0, 256, (5, channels, height, width), dtype=torch.uint8, generator=generator)
    network.normalise.fit(images)
    weights = {name: tensor.numpy() for name, tensor in network.layers.state_dict().items()}
    with torch.inference_mode():
        expected = network(images)
    np.testing.assert_allclose(lenet_logits(images.numpy(), weights, activation, pooling), expected.numpy(), atol=1e-5)
    # The size of the batches changes nothing.
    np.testing.assert_allclose(
        lenet_probabilities(images.numpy(), weights, activation, pooling, batch_size=2),
        expected.softmax(dim=1).numpy(),
        atol=1e-6,
    )
