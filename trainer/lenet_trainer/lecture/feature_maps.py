"""Computes the output of every layer of a network for one image."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from lenet_trainer.networks.layer_table import describe
from lenet_trainer.networks.network import Network


@dataclass(frozen=True)
class FeatureMaps:
    """One layer's output for an image: maps [C, H, W], or values [K] from `flatten` on."""

    layer: str
    description: str
    values: NDArray[np.float32]

    @property
    def shape(self) -> str:
        """The shape in words: 6×28×28."""
        return "×".join(map(str, self.values.shape))


@torch.inference_mode()
def feature_maps(network: Network, picture: NDArray[np.uint8]) -> list[FeatureMaps]:
    """Return the outputs of all layers for an image uint8 [C, H, W], the probabilities last."""
    values = torch.from_numpy(picture)[None]  # [1, C, H, W]
    rows = []
    for name, module in network.layers.named_children():
        values = module(values)
        rows.append(FeatureMaps(name, describe(module), values[0].numpy()))
    rows.append(FeatureMaps("softmax", "probabilities", values.softmax(dim=1)[0].numpy()))
    return rows
