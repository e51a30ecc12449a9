"""The lecture's layers in plain NumPy: the definitions that PyTorch and ONNX Runtime are checked against.

Arrays of images are [N, C, H, W]. Padding is the total number of rows and columns, half on each side, and the stride
may differ between height and width, as in the lecture (and in Zhang et al., Dive into Deep Learning, chapter 7).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]


def output_size(size: int, kernel: int, padding: int = 0, stride: int = 1) -> int:
    """Return the number of positions of a window of `kernel` in `size`: ⌊(n − k + p + s) / s⌋.

    Raises ValueError if the window does not fit even once.
    """
    if kernel < 1 or stride < 1 or padding < 0:
        raise ValueError(f"kernel {kernel} and stride {stride} must be at least 1, padding {padding} at least 0")
    if kernel > size + padding:
        raise ValueError(f"a window of {kernel} does not fit into {size} with a padding of {padding}")
    return (size - kernel + padding + stride) // stride


def convolve(
    images: Array,
    kernels: Array,
    bias: Array | None = None,
    padding: tuple[int, int] = (0, 0),
    stride: tuple[int, int] = (1, 1),
) -> Array:
    """Cross-correlate images [N, Ci, H, W] with kernels [Co, Ci, Kh, Kw] and add bias [Co]: [N, Co, H', W'].

    An output is b + Σᵢ Σₗ Σₘ w[i, l, m] · a[i, j + l, k + m]: one kernel for all positions (LeCun et al., 1998).
    """
    if images.shape[1] != kernels.shape[1]:
        raise ValueError(f"kernels for {kernels.shape[1]} channels do not fit images of {images.shape[1]}")
    seen = windows(pad(images, padding), (kernels.shape[2], kernels.shape[3]), stride)  # [N, Ci, H', W', Kh, Kw]
    summed = np.tensordot(seen, kernels, axes=([1, 4, 5], [1, 2, 3]))  # [N, H', W', Co]
    if bias is not None:
        summed = summed + bias
    return np.moveaxis(summed, 3, 1)  # [N, Co, H', W']


def average_pool(images: Array, window: tuple[int, int], stride: tuple[int, int] | None = None) -> Array:
    """Mean of each window, per channel; the stride defaults to the window's size."""
    pooled: Array = windows(images, window, stride or window).mean(axis=(4, 5))  # [N, C, H', W']
    return pooled


def max_pool(images: Array, window: tuple[int, int], stride: tuple[int, int] | None = None) -> Array:
    """Maximum of each window, per channel; the stride defaults to the window's size."""
    pooled: Array = windows(images, window, stride or window).max(axis=(4, 5))  # [N, C, H', W']
    return pooled


def dense(inputs: Array, weights: Array, bias: Array) -> Array:
    """Fully connected layer: inputs [N, I], weights [O, I], bias [O] give [N, O]."""
    outputs: Array = inputs @ weights.T + bias
    return outputs


def flatten(images: Array) -> Array:
    """[N, C, H, W] to [N, C·H·W], channel by channel, row by row."""
    return images.reshape(len(images), -1)


def sigmoid(values: Array) -> Array:
    """1 / (1 + e⁻ˣ), elementwise."""
    # The same function in terms of tanh, because e⁻ˣ overflows for very negative x.
    return 0.5 * (1.0 + np.tanh(0.5 * values))


def tanh(values: Array) -> Array:
    """The hyperbolic tangent (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), elementwise."""
    return np.tanh(values)


def relu(values: Array) -> Array:
    """max(0, x), elementwise."""
    return np.maximum(values, 0.0)


def softmax(logits: Array) -> Array:
    """Probabilities eˣ / Σ eˣ along the last axis: [N, K] to [N, K]."""
    # Subtracting the largest logit leaves the quotient unchanged and keeps the powers finite.
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Array = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def pad(images: Array, padding: tuple[int, int]) -> Array:
    """Add `padding` rows and columns of zeros in all around [N, C, H, W], an odd one at the top and left."""
    rows, columns = padding
    above, left = (rows + 1) // 2, (columns + 1) // 2
    return np.pad(images, ((0, 0), (0, 0), (above, rows - above), (left, columns - left)))


def windows(images: Array, window: tuple[int, int], stride: tuple[int, int]) -> Array:
    """Return every position of a window over [N, C, H, W]: a view [N, C, H', W', window height, window width]."""
    for size, kernel, step in zip(images.shape[2:], window, stride, strict=True):
        output_size(size, kernel, 0, step)  # raises ValueError for a window that does not fit
    return sliding_window_view(images, window, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
