"""Writes a network's first layers in tiles, as ONNX nodes named like the layers."""

from collections.abc import Iterator
from typing import cast

from onnx import NodeProto, TensorProto, helper

from lenet_trainer.export.tiles.kernels import constant, kernel_nodes, pooling_kernel
from lenet_trainer.export.tiles.plan import Pair, Stage, TilePlan


def tiled_nodes(plan: TilePlan, source: str) -> Iterator[NodeProto]:
    """Yield the nodes of normalisation and both stages, from the tensor `source` to that named as the last pooling is.

    (pixels · scale + shift) is computed as (pixels + shift / scale), the scale being in the first kernel.
    """
    first, second = plan.stages
    yield helper.make_node("Cast", [source], ["normalise.float"], "normalise.float", to=TensorProto.FLOAT)
    offset = "normalise.offset"
    yield helper.make_node("Div", ["normalise.shift", "normalise.scale"], [offset], offset)
    yield helper.make_node("Add", ["normalise.float", offset], ["normalise"], "normalise")
    weight = f"{first.names[0]}.weight"
    scaled = f"{weight}.scaled"
    yield helper.make_node("Mul", [weight, "normalise.scale"], [scaled], scaled)
    yield from stage_nodes(first, "normalise", scaled, ((1, 1), plan.first), plan.pooled)
    weight = f"{second.names[0]}.weight"
    yield from stage_nodes(second, first.names[2], weight, (plan.pooled, plan.second), (1, 1))


def stage_nodes(stage: Stage, source: str, weight: str, tiles: tuple[Pair, Pair], pooled: Pair) -> Iterator[NodeProto]:
    """Yield the nodes of a convolution from one tile to another, of its activation, and of its pooling to `pooled`."""
    convolution, activation, pooling = stage.names
    (a, b), (height, width) = tiles
    kernel, bias = f"{convolution}.tiled", f"{convolution}.tiled_bias"
    yield from kernel_nodes(weight, tuple(stage.convolution.weight.shape), tiles, kernel)
    biases = [f"{convolution}.bias"] * (height * width)
    yield helper.make_node("Concat", biases, [bias], bias, axis=0)
    padding = cast("Pair", stage.convolution.padding)
    yield helper.make_node(
        "Conv",
        [source, kernel, bias],
        [convolution],
        convolution,
        doc_string=f"a pixel holds {height}×{width} values: channel = (row, column, filter)",
        strides=[height // a, width // b],
        pads=[*padding, *padding],
    )
    operator = {"Sigmoid": "Sigmoid", "Tanh": "Tanh", "ReLU": "Relu"}[type(stage.activation).__name__]
    yield helper.make_node(operator, [convolution], [activation], activation)

    values = pooling_kernel(stage.convolution.out_channels, (height, width), pooled, padded=pooled != (1, 1))
    quarters = f"{pooling}.quarters"
    yield constant(values, quarters)
    yield helper.make_node(
        "Conv",
        [activation, quarters],
        [pooling],
        pooling,
        doc_string=f"average pooling 2×2; a pixel holds {pooled[0]}×{pooled[1]} values",
        kernel_shape=values.shape[2:],
        strides=values.shape[2:],
    )
