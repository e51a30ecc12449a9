"""Makes the kernels of tiled convolutions from LeNet's own, by nodes that ONNX Runtime computes once, on opening.

So the file holds the weights once, under the names and in the shapes of the network. A tensor in tiles of a×b has the
channels (row in the tile, column in the tile, channel of the plain tensor), the last one counting fastest.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

from lenet_trainer.export.tiles.plan import CHANNEL_BLOCK, Pair, window_size


def kernel_nodes(source: str, shape: tuple[int, ...], tiles: tuple[Pair, Pair], output: str) -> Iterator[NodeProto]:
    """Yield the nodes that make a tiled kernel `output` of the kernel `source` [O, C, k, l].

    `tiles` are those of the convolution's input and output: [A·B·O, a·b·C, K, L], where the input's channels are padded
    to full blocks as by pooling_kernel(). Each position in the output's tile has its own copy of the kernel, moved to
    where that position is; the moved copies are then cut into the input's tiles.
    """
    outputs, inputs, rows, columns = shape
    (a, b), (height, width) = tiles
    window = window_size(rows, a, height), window_size(columns, b, width)
    below, right = a * window[0] - rows, b * window[1] - columns  # room for moving
    moved = []
    for row, column in product(range(height), range(width)):
        moved.append(f"{output}.{row}.{column}")
        pads = [0, 0, row, column, 0, 0, below - row, right - column]
        yield from pad_nodes(source, pads, moved[-1])
    if (a, b) == (1, 1):  # nothing to cut: as many channels as the picture or the plain tensor has
        yield helper.make_node("Concat", moved, [output], output, axis=0)
        return
    yield helper.make_node("Concat", moved, [f"{output}.moved"], f"{output}.moved", axis=0)
    total = height * width * outputs
    cut, ordered, joined = f"{output}.cut", f"{output}.ordered", f"{output}.joined"
    yield from with_integers("Reshape", f"{output}.moved", [total, inputs, window[0], a, window[1], b], cut)
    yield helper.make_node("Transpose", [cut], [ordered], ordered, perm=[0, 3, 5, 1, 2, 4])
    yield from with_integers("Reshape", ordered, [total, a * b * inputs, *window], joined)
    empty = full_blocks(a * b * inputs) - a * b * inputs
    yield from pad_nodes(joined, [0, 0, 0, 0, 0, empty, 0, 0], output)


def pad_nodes(source: str, pads: list[int], output: str) -> Iterator[NodeProto]:
    """Yield a node that adds zeros, or one that copies: ONNX Runtime 1.32 loses a Pad of a weight that adds none."""
    if any(pads):
        yield from with_integers("Pad", source, pads, output)
    else:
        yield helper.make_node("Identity", [source], [output], output)


def with_integers(operator: str, source: str, values: list[int], output: str) -> Iterator[NodeProto]:
    """Yield a node whose second input is a list of integers: a constant, as initializers are the network's alone."""
    yield constant(np.array(values, np.int64), f"{output}.integers")
    yield helper.make_node(operator, [source, f"{output}.integers"], [output], output)


def pooling_kernel(channels: int, tile: Pair, pooled: Pair, padded: bool) -> NDArray[np.float32]:
    """Return the kernel that averages 2×2 values of each channel, of a tensor in tiles to one in tiles `pooled`.

    [a·b·C, A·B·C, K, L]: where the tile has one row (column), the window has the other. `padded` adds empty channels up
    to full blocks, which the next convolution wants.
    """
    (height, width), (rows, columns) = tile, pooled
    window = max(1, 2 // height), max(1, 2 // width)
    kernel = np.zeros((rows, columns, channels, height, width, channels, *window), np.float32)
    each = np.arange(channels)
    for row, column in product(range(rows * 2), range(columns * 2)):
        inside, outside = (row % height, column % width), (row // height, column // width)
        kernel[row // 2, column // 2, each, inside[0], inside[1], each, outside[0], outside[1]] = 0.25
    full = kernel.reshape(rows * columns * channels, height * width * channels, *window)
    empty = full_blocks(len(full)) - len(full) if padded else 0
    return np.concatenate([full, np.zeros((empty, *full.shape[1:]), np.float32)])


def full_blocks(channels: int) -> int:
    """Return the number of channels rounded up to full blocks."""
    return -(-channels // CHANNEL_BLOCK) * CHANNEL_BLOCK


def constant(values: NDArray[np.generic], name: str) -> NodeProto:
    """Return a node that holds a tensor: unlike an initializer it is none of the network's weights."""
    return helper.make_node("Constant", [], [name], name, value=numpy_helper.from_array(values))
