"""Decides how a network's convolutions are computed in tiles: which tile, and whether at all.

ONNX Runtime computes convolutions in blocks of 8 or 16 channels and pads the rest: of LeNet's 6 channels 62 % are
padding. A tile of 4×2 neighbouring values as 48 channels fills three blocks.
"""

from dataclasses import dataclass
from typing import cast

from torch import nn

from lenet_trainer.networks.layer_table import height_and_width
from lenet_trainer.networks.network import Network, Normalise

Pair = tuple[int, int]  # rows, columns

TILES: tuple[Pair, ...] = ((4, 2), (2, 4))  # of the first convolution's output, in order of preference
CHANNEL_BLOCK = 16  # of AVX-512; half of it elsewhere
# Of both convolutions' filters. Measured with AVX-512 and AVX2: beyond these, and where the first convolution fills
# blocks of 8 by itself, tiles gain nothing or lose.
MAX_FIRST, MAX_SECOND = 12, 32
FULL_BLOCK = 8


@dataclass(frozen=True)
class Stage:
    """A convolution, its activation and its pooling, with their names in the network."""

    names: tuple[str, str, str]
    convolution: nn.Conv2d
    activation: nn.Module
    pooling: nn.Module


@dataclass(frozen=True)
class TilePlan:
    """Two stages in tiles: their layers, and the rows and columns of values that one pixel holds after each step.

    `first` is the tile of the first convolution, `pooled` what is left of it after its pooling, `second` the tile of
    the second convolution; its pooling leaves one value, as in the plain graph.
    """

    stages: tuple[Stage, Stage]
    first: Pair
    pooled: Pair
    second: Pair

    @property
    def layer_count(self) -> int:
        """The number of layers that it stands for: normalisation and two stages."""
        return 1 + sum(len(item.names) for item in self.stages)

    @property
    def output(self) -> str:
        """The name of the last of them, and of its tensor."""
        return self.stages[-1].names[-1]


def tile_plan(network: Network) -> TilePlan | None:
    """Return how the network's first layers are computed in tiles, or None where the plain graph is as fast or needed.

    Tiled are: normalisation, then twice a convolution with stride 1, an elementwise activation and average pooling of
    2×2; the second convolution without padding, and as many filters in both as tiles_pay() says.
    """
    layers = list(network.layers.named_children())
    if len(layers) < 7 or not isinstance(layers[0][1], Normalise):
        return None
    stages = stage(layers[1:4]), stage(layers[4:7])
    first, second = stages
    if not first or not second or any(cast("Pair", second.convolution.padding)):
        return None
    if not tiles_pay(first.convolution.out_channels, second.convolution.out_channels):
        return None
    picture = network.input_shape[1:]
    for tile in TILES:
        pooled = tile[0] // 2, tile[1] // 2
        plan = TilePlan((first, second), tile, pooled, pooled)
        if tiled_size(plan, picture) == plain_size(plan, picture):
            return plan
    return None


def tiles_pay(first: int, second: int) -> bool:
    """Return whether tiles are faster for this many filters of the first and the second convolution."""
    return 2 <= first <= MAX_FIRST and first % FULL_BLOCK != 0 and second <= MAX_SECOND


def stage(layers: list[tuple[str, nn.Module]]) -> Stage | None:
    """Return three layers as a stage, or None where they are not one that can be computed in tiles."""
    (first, convolution), (second, activation), (third, pooling) = layers
    if not isinstance(convolution, nn.Conv2d) or not isinstance(activation, nn.Sigmoid | nn.Tanh | nn.ReLU):
        return None
    if not isinstance(pooling, nn.AvgPool2d) or pooling.ceil_mode or pooling.divisor_override is not None:
        return None
    steps = {convolution.stride, convolution.dilation}
    if steps != {(1, 1)} or convolution.groups != 1 or convolution.bias is None or convolution.padding_mode != "zeros":
        return None
    windows = {height_and_width(pooling.kernel_size), height_and_width(pooling.stride)}
    if isinstance(convolution.padding, str) or windows != {(2, 2)} or height_and_width(pooling.padding) != (0, 0):
        return None
    return Stage((first, second, third), convolution, activation, pooling)


def tiled_size(plan: TilePlan, picture: Pair) -> Pair:
    """Return rows and columns that the tiled graph computes for a picture of these rows and columns.

    Values beyond the last whole tile are not computed; that is right where pooling drops them too.
    """
    first, second = (item.convolution for item in plan.stages)
    sizes = []
    for axis in (0, 1):
        kernel, padding = first.kernel_size[axis], int(first.padding[axis])
        tiles = (picture[axis] + 2 * padding - kernel + 1) // plan.first[axis]
        window = window_size(second.kernel_size[axis], plan.pooled[axis], plan.second[axis])
        pixels = tiles - window + 1
        sizes.append(pixels // (2 // plan.second[axis]))
    return sizes[0], sizes[1]


def plain_size(plan: TilePlan, picture: Pair) -> Pair:
    """Return rows and columns that the plain graph has after both stages, for a picture of these rows and columns."""
    sizes = list(picture)
    for convolution in (item.convolution for item in plan.stages):
        for axis in (0, 1):
            padding = 2 * int(convolution.padding[axis])
            sizes[axis] = (sizes[axis] + padding - convolution.kernel_size[axis] + 1) // 2
    return sizes[0], sizes[1]


def window_size(kernel: int, source: int, target: int) -> int:
    """Return how many pixels of `source` values each a window takes that computes `target` values of a convolution."""
    return (kernel + target - 2) // source + 1
