"""The lecture's seven kernels have the effects that their names say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lenet_trainer.errors import DatasetError
from lenet_trainer.lecture.kernels import KERNELS, apply_kernel, drawable

NAMED = {kernel.name: kernel for kernel in KERNELS}


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def test_the_lectures_table() -> None:
    assert {name: kernel.values for name, kernel in NAMED.items()} == {
        "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
        "edges, diagonal": ((1, 0, -1), (0, 0, 0), (-1, 0, 1)),
        "edges, 4 neighbours": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
        "edges, 8 neighbours": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        "box blur": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
        "Gaussian blur": ((1, 2, 1), (2, 4, 2), (1, 2, 1)),
    }
    assert {name for name, kernel in NAMED.items() if kernel.finds_edges} == {
        name for name in NAMED if name.startswith("edges")
    }
    sums = {name: kernel.weights.sum() for name, kernel in NAMED.items() if not kernel.finds_edges}
    assert sums == {name: pytest.approx(1) for name in sums}  # an even area stays as it is


def test_identity_takes_the_margin_only() -> None:
    picture = noise(3, 9, 7)
    assert np.array_equal(apply_kernel(NAMED["identity"], picture), picture[:, 1:-1, 1:-1])


@given(level=st.integers(0, 255), channels=st.sampled_from([1, 3]))
def test_an_even_area_stays_or_has_no_edges(level: int, channels: int) -> None:
    even = np.full((channels, 5, 6), level, np.uint8)
    for kernel in KERNELS:
        assert np.all(apply_kernel(kernel, even) == (0 if kernel.finds_edges else level))


def test_blurs_calm_and_sharpening_excites() -> None:
    picture = noise(1, 40, 40) // 2 + 64
    calm = {name: float(apply_kernel(kernel, picture).std()) for name, kernel in NAMED.items()}
    assert calm["box blur"] < calm["Gaussian blur"] < calm["identity"] < calm["sharpen"]


def test_by_hand() -> None:
    picture = np.array([[[10, 20, 30], [40, 50, 60], [70, 80, 99]]], np.uint8)
    answers = {name: int(apply_kernel(kernel, picture)[0, 0, 0]) for name, kernel in NAMED.items()}
    assert answers["edges, diagonal"] == 9  # 10 − 30 − 70 + 99
    assert answers["edges, 4 neighbours"] == 0
    assert answers["edges, 8 neighbours"] == 9  # |9 · 50 − 459|
    assert answers["Gaussian blur"] == 51  # 809 / 16


def test_large_pictures_become_smaller_and_tiny_ones_are_refused() -> None:
    assert drawable(noise(1000, 500, 3)).shape == (3, 256, 128)
    assert drawable(noise(20, 30)).shape == (1, 20, 30)
    assert drawable(noise(5000, 3)).shape == (1, 256, 3)
    with pytest.raises(DatasetError, match="2×30 pixels; a kernel needs 3×3"):
        drawable(noise(2, 30))
