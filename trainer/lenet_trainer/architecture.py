"""Lists a network's layers with the shapes they give and the parameters they hold."""

from dataclasses import dataclass

import torch
from torch import nn

from lenet_trainer.model import LeNet, Normalise


@dataclass(frozen=True)
class Layer:
    """One layer: its name, what it does in words, the shape it gives for one picture, and its parameters."""

    name: str
    description: str
    output_shape: tuple[int, ...]
    parameters: int


@torch.inference_mode()
def layers(network: LeNet) -> list[Layer]:
    """The network's layers in order, found by sending one black picture through."""
    rows: list[Layer] = []
    values = torch.zeros(1, *network.input_shape)  # [1, C, H, W]
    for name, module in network.layers.named_children():
        values = module(values)
        count = sum(parameter.numel() for parameter in module.parameters())
        rows.append(Layer(name, describe(module), tuple(values.shape[1:]), count))
    return rows


def describe(module: nn.Module) -> str:
    """What a layer does, in words."""
    match module:
        case Normalise():
            return "pixels · scale + shift"
        case nn.Conv2d():
            rows, columns = module.kernel_size
            padding = f", padding {module.padding[0]}" if module.padding[0] else ""
            return f"convolution {rows}×{columns}{padding}"
        case nn.AvgPool2d():
            return f"average pooling {module.kernel_size}×{module.kernel_size}, stride {module.stride}"
        case nn.Linear():
            return "dense"
        case _:
            return type(module).__name__.lower()
