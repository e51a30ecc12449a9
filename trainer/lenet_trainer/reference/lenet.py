"""LeNet in the NumPy layers, line by line as in the lecture: the definition that `verify` compares with."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.reference.layers import (
    Array,
    average_pool,
    convolve,
    dense,
    flatten,
    max_pool,
    relu,
    sigmoid,
    softmax,
    tanh,
)

ACTIVATIONS = MappingProxyType({"sigmoid": sigmoid, "tanh": tanh, "relu": relu})
POOLINGS = MappingProxyType({"average": average_pool, "max": max_pool})


def lenet_logits(
    images: NDArray[np.uint8],
    weights: Mapping[str, NDArray[np.float32]],
    activation: str = "sigmoid",
    pooling: str = "average",
) -> Array:
    """Return logits [N, K] of images [N, C, H, W]; the weights are named as in the model file (`conv1.weight`, …).

    The shapes at the line ends are those of 28×28 images with one channel. Raises KeyError if a weight is missing.
    """
    activate, pool = ACTIVATIONS[activation], POOLINGS[pooling]
    w = {name: values.astype(np.float64) for name, values in weights.items()}
    x = images * w["normalise.scale"] + w["normalise.shift"]  # [N, 1, 28, 28]
    x = activate(convolve(x, w["conv1.weight"], w["conv1.bias"], padding=(4, 4)))  # [N, 6, 28, 28]
    x = pool(x, window=(2, 2), stride=(2, 2))  # [N, 6, 14, 14]
    x = activate(convolve(x, w["conv2.weight"], w["conv2.bias"]))  # [N, 16, 10, 10]
    x = pool(x, window=(2, 2), stride=(2, 2))  # [N, 16, 5, 5]
    x = flatten(x)  # [N, 400]
    x = activate(dense(x, w["dense1.weight"], w["dense1.bias"]))  # [N, 120]
    x = activate(dense(x, w["dense2.weight"], w["dense2.bias"]))  # [N, 84]
    return dense(x, w["dense3.weight"], w["dense3.bias"])  # [N, 10]


def lenet_probabilities(
    images: NDArray[np.uint8],
    weights: Mapping[str, NDArray[np.float32]],
    activation: str = "sigmoid",
    pooling: str = "average",
    batch_size: int = 250,
) -> Array:
    """Return probabilities [N, K] of images [N, C, H, W], computed in batches to bound the memory."""
    batches = (images[start : start + batch_size] for start in range(0, len(images), batch_size))
    return np.concatenate([softmax(lenet_logits(batch, weights, activation, pooling)) for batch in batches])
