"""Feature maps are the network's own, layer by layer, with the lecture's shapes."""

import numpy as np
import pytest
import torch

from lenet_trainer.lecture.feature_maps import feature_maps
from lenet_trainer.networks.lenet import LeNet


def test_shapes_of_one_picture(network: LeNet) -> None:
    rows = feature_maps(network, np.zeros((1, 28, 28), np.uint8))
    assert {row.layer: row.shape for row in rows} == {
        "normalise": "1×28×28",
        "conv1": "6×28×28",
        "sigmoid1": "6×28×28",
        "pool1": "6×14×14",
        "conv2": "16×10×10",
        "sigmoid2": "16×10×10",
        "pool2": "16×5×5",
        "flatten": "400",
        "dense1": "120",
        "sigmoid3": "120",
        "dense2": "84",
        "sigmoid4": "84",
        "dense3": "10",
        "softmax": "10",
    }


def test_the_last_ones_are_what_the_network_answers(network: LeNet, generator: torch.Generator) -> None:
    picture = torch.randint(0, 256, (1, 28, 28), dtype=torch.uint8, generator=generator)
    *_, logits, probabilities = feature_maps(network, picture.numpy())
    with torch.inference_mode():
        expected = network(picture[None])[0].numpy()
    np.testing.assert_allclose(logits.values, expected, rtol=1e-5)
    assert probabilities.values.sum() == pytest.approx(1)
