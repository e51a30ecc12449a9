"""Lists a network's layers with their output shapes, parameters, multiply-accumulates and receptive fields."""

from dataclasses import dataclass
from typing import cast

import torch
from torch import nn

from lenet_trainer.networks.network import Network, Normalise

Pair = tuple[int, int]  # rows, columns


@dataclass(frozen=True)
class Layer:
    """One layer, for one image.

    `formula` is the lecture's ⌊(n − k + p + s) / s⌋ with the layer's numbers, for rows and columns if they differ;
    empty for layers without a sliding window. `multiply_accumulates` counts those of convolutions and dense layers.
    `receptive_field` is the number of rows and columns of the image that one output value depends on.
    """

    name: str
    description: str
    output_shape: tuple[int, ...]
    parameters: int
    formula: str
    multiply_accumulates: int
    receptive_field: tuple[int, int]


@torch.inference_mode()
def layers(network: Network) -> list[Layer]:
    """Return the network's layers in order, from a forward pass of one black image.

    Works on the device `meta` too, without memory for the weights.
    """
    rows: list[Layer] = []
    values = torch.zeros(1, *network.input_shape, device=network.normalise.scale.device)  # [1, C, H, W]
    picture = (values.shape[2], values.shape[3])
    field, step = (1, 1), (1, 1)  # receptive field, and distance of neighbouring values, in pixels of the image
    for name, module in network.layers.named_children():
        before = values.shape[1:]
        values = module(values)
        after = values.shape[1:]
        count = sum(parameter.numel() for parameter in module.parameters())
        formula = ""
        if isinstance(module, nn.Conv2d | nn.AvgPool2d | nn.MaxPool2d):
            window, padding, stride = sliding(module)
            sizes = [size_formula(*numbers) for numbers in zip(before[1:], window, padding, stride, strict=True)]
            formula = " × ".join(dict.fromkeys(sizes))
            field = (grow(field[0], window[0], step[0], picture[0]), grow(field[1], window[1], step[1], picture[1]))
            step = (step[0] * stride[0], step[1] * stride[1])
        elif isinstance(module, nn.Linear):
            field = picture
        rows.append(
            Layer(name, describe(module), tuple(after), count, formula, multiply_accumulates(module, after), field)
        )
    return rows


def sliding(module: nn.Conv2d | nn.AvgPool2d | nn.MaxPool2d) -> tuple[Pair, Pair, Pair]:
    """Return window, total padding and stride of a layer, each for rows and columns."""
    if isinstance(module, nn.Conv2d):
        kernel, stride = cast("Pair", module.kernel_size), cast("Pair", module.stride)
        rows, columns = (2 * int(side) for side in module.padding)
        return kernel, (rows, columns), stride
    return height_and_width(module.kernel_size), (0, 0), height_and_width(module.stride)


def height_and_width(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return height and width of a window, which PyTorch may give as a single number."""
    return (size, size) if isinstance(size, int) else size


def size_formula(size: int, kernel: int, padding: int, stride: int) -> str:
    """Return ⌊(n − k + p + s) / s⌋ with these numbers filled in."""
    return f"⌊({size} − {kernel} + {padding} + {stride}) / {stride}⌋"


def grow(field: int, window: int, step: int, picture: int) -> int:
    """Return the receptive field after one more window, at most the whole image."""
    return min(field + (window - 1) * step, picture)


def multiply_accumulates(module: nn.Module, output_shape: torch.Size) -> int:
    """Return the multiply-accumulates for one image: a convolution applies each weight at every position."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        return module.weight.numel() * output_shape[1:].numel()
    return 0


def describe(module: nn.Module) -> str:
    """Return what a layer computes, in words."""
    match module:
        case Normalise():
            return "pixels · scale + shift"
        case nn.Conv2d():
            rows, columns = module.kernel_size
            padding = f", padding {module.padding[0]}" if module.padding[0] else ""
            return f"convolution {rows}×{columns}{padding}"
        case nn.AvgPool2d():
            return f"average pooling {module.kernel_size}×{module.kernel_size}, stride {module.stride}"
        case nn.MaxPool2d():
            return f"max pooling {module.kernel_size}×{module.kernel_size}, stride {module.stride}"
        case nn.Linear():
            return "dense"
        case _:
            return type(module).__name__.lower()
