"""The NumPy layers give the lecture's worked numbers, and PyTorch's results on random shapes."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from lenet_trainer.reference.layers import (
    Array,
    average_pool,
    convolve,
    dense,
    max_pool,
    output_size,
    pad,
    relu,
    sigmoid,
    softmax,
    tanh,
)

NINE = np.arange(9.0).reshape(1, 1, 3, 3)  # the lecture's [[0,1,2],[3,4,5],[6,7,8]]
FOUR = np.arange(4.0).reshape(1, 1, 2, 2)  # the lecture's kernel [[0,1],[2,3]]

sizes = st.integers(1, 9)
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def random(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).normal(size=shape)


def test_convolution_of_the_lecture() -> None:
    assert convolve(NINE, FOUR)[0, 0].tolist() == [[19, 25], [37, 43]]


def test_one_hidden_unit_is_the_sigmoid_of_the_weighted_window() -> None:
    field, weights, bias = random(1, 1, 5, 5), random(1, 1, 5, 5), 0.3
    by_hand = 1 / (
        1 + np.exp(-(bias + sum(weights[0, 0, i, j] * field[0, 0, i, j] for i in range(5) for j in range(5))))
    )
    assert sigmoid(convolve(field, weights, np.array([bias])))[0, 0, 0, 0] == pytest.approx(by_hand)


def test_filter_slid_over_the_lectures_image() -> None:
    rows = ["11100", "01110", "00111", "00110", "01100"]
    image = np.array([[[[float(pixel) for pixel in row] for row in rows]]])
    kernel = np.array([[[[1.0, 0, 1], [0, 1, 0], [1, 0, 1]]]])
    assert convolve(image, kernel)[0, 0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


def test_two_input_channels_are_summed() -> None:
    image = np.concatenate([NINE, NINE + 1], axis=1)  # [1, 2, 3, 3]
    kernel = np.concatenate([FOUR, FOUR + 1], axis=1)  # [1, 2, 2, 2]
    assert convolve(image, kernel)[0, 0].tolist() == [[56, 72], [104, 120]]


def test_output_channels_are_one_kernel_each() -> None:
    kernels = np.concatenate([FOUR, FOUR + 1, FOUR + 2])  # [3, 1, 2, 2]
    together = convolve(NINE, kernels)
    assert together.shape == (1, 3, 2, 2)
    for channel in range(3):
        assert np.array_equal(together[:, channel], convolve(NINE, kernels[channel : channel + 1])[:, 0])


def test_pooling_of_the_lecture() -> None:
    assert max_pool(NINE, (2, 2), (1, 1))[0, 0].tolist() == [[4, 5], [7, 8]]
    assert average_pool(NINE, (2, 2), (1, 1))[0, 0].tolist() == [[2, 3], [5, 6]]


def test_padding_makes_three_rows_five_and_the_output_four_by_four() -> None:
    assert pad(NINE, (2, 2)).shape == (1, 1, 5, 5)
    assert convolve(NINE, FOUR, padding=(2, 2))[0, 0].tolist() == [
        [0, 3, 8, 4],
        [9, 19, 25, 10],
        [21, 37, 43, 16],
        [6, 7, 8, 0],
    ]


def test_stride_three_down_and_two_across() -> None:
    assert convolve(NINE, FOUR, padding=(2, 2), stride=(3, 2))[0, 0].tolist() == [[0, 8], [6, 8]]


@pytest.mark.parametrize(
    ("size", "kernel", "padding", "stride", "expected"),
    [
        (28, 5, 4, 1, 28),
        (28, 2, 0, 2, 14),
        (14, 5, 0, 1, 10),
        (10, 2, 0, 2, 5),
        (3, 2, 2, 1, 4),
        (3, 2, 2, 3, 2),
        (5, 3, 0, 1, 3),
    ],
)
def test_output_size(size: int, kernel: int, padding: int, stride: int, expected: int) -> None:
    assert output_size(size, kernel, padding, stride) == expected


@given(size=sizes, kernel=sizes, padding=st.integers(0, 4), stride=st.integers(1, 4))
def test_output_size_counts_the_windows(size: int, kernel: int, padding: int, stride: int) -> None:
    assume(kernel <= size + padding)
    starts = range(0, size + padding - kernel + 1, stride)
    assert output_size(size, kernel, padding, stride) == len(starts)


@pytest.mark.parametrize(
    ("size", "kernel", "padding", "stride"), [(3, 4, 0, 1), (3, 0, 0, 1), (3, 2, 0, 0), (3, 2, -1, 1)]
)
def test_output_size_refuses_what_has_none(size: int, kernel: int, padding: int, stride: int) -> None:
    with pytest.raises(ValueError, match=r"window|at least"):
        output_size(size, kernel, padding, stride)


def test_channels_of_image_and_kernel_must_be_the_same() -> None:
    with pytest.raises(ValueError, match="kernels for 2 channels do not fit images of 1"):
        convolve(NINE, np.ones((1, 2, 2, 2)))


@settings(deadline=None)
@given(
    channels=pairs,
    size=st.tuples(st.integers(5, 9), st.integers(5, 9)),
    kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    half_padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    stride=pairs,
)
def test_convolution_is_pytorchs(
    channels: tuple[int, int],
    size: tuple[int, int],
    kernel: tuple[int, int],
    half_padding: tuple[int, int],
    stride: tuple[int, int],
) -> None:
    images, kernels, bias = (
        random(2, channels[0], *size),
        random(channels[1], channels[0], *kernel),
        random(channels[1]),
    )
    ours = convolve(images, kernels, bias, (2 * half_padding[0], 2 * half_padding[1]), stride)
    tensors = [torch.from_numpy(array) for array in (images, kernels, bias)]
    theirs = functional.conv2d(tensors[0], tensors[1], tensors[2], stride=stride, padding=half_padding)
    assert ours.shape[2:] == tuple(
        output_size(n, k, 2 * p, s) for n, k, p, s in zip(size, kernel, half_padding, stride, strict=True)
    )
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-12)


@settings(deadline=None)
@given(size=st.tuples(st.integers(3, 9), st.integers(3, 9)), window=pairs, stride=pairs)
def test_pooling_is_pytorchs(size: tuple[int, int], window: tuple[int, int], stride: tuple[int, int]) -> None:
    images = random(2, 3, *size)
    tensor = torch.from_numpy(images)
    np.testing.assert_allclose(
        average_pool(images, window, stride), functional.avg_pool2d(tensor, window, stride).numpy()
    )
    np.testing.assert_array_equal(
        max_pool(images, window, stride), functional.max_pool2d(tensor, window, stride).numpy()
    )


def test_dense_is_pytorchs() -> None:
    inputs, weights, bias = random(4, 7), random(3, 7), random(3)
    theirs = functional.linear(*map(torch.from_numpy, (inputs, weights, bias)))
    np.testing.assert_allclose(dense(inputs, weights, bias), theirs.numpy())


def test_tanh_and_relu_are_pytorchs() -> None:
    values = np.array([-1e4, -2.0, -0.0, 0.5, 1e4])
    np.testing.assert_allclose(tanh(values), torch.from_numpy(values).tanh().numpy())
    np.testing.assert_array_equal(relu(values), torch.from_numpy(values).relu().numpy())


def test_sigmoid_and_softmax_bear_extreme_values() -> None:
    values = np.array([[-1e4, -30.0, 0.0, 30.0, 1e4]])
    tensor = torch.from_numpy(values)
    np.testing.assert_allclose(sigmoid(values), tensor.sigmoid().numpy(), atol=1e-15)
    np.testing.assert_allclose(softmax(values), tensor.softmax(dim=1).numpy(), atol=1e-15)
    assert softmax(values).sum() == pytest.approx(1)
