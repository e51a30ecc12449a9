"""Images are shifted by whole pixels without changing their content."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_trainer.metrics.shifts import shift_results, shifted

moves = st.integers(-4, 4)


def noise(count: int = 3, channels: int = 1) -> np.typing.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(1, 256, (count, channels, 12, 15)).astype(np.uint8)


@given(rows=moves, columns=moves, channels=st.sampled_from([1, 3]))
def test_as_numpy_rolls_what_stays(rows: int, columns: int, channels: int) -> None:
    images = noise(channels=channels)
    moved = shifted(images, rows, columns, "zeros")
    rolled = np.roll(images, (rows, columns), axis=(2, 3))
    stays = moved > 0
    assert stays.sum() == 3 * channels * (12 - abs(rows)) * (15 - abs(columns))
    assert np.array_equal(moved[stays], rolled[stays])


def test_edges_go_on() -> None:
    images = noise()
    moved = shifted(images, 2, 0, "border")
    assert np.array_equal(moved[:, :, 0], images[:, :, 0])
    assert np.array_equal(moved[:, :, 1], images[:, :, 0])
    assert np.array_equal(moved[:, :, 2:], images[:, :, :-2])


def test_every_direction_and_distance() -> None:
    images = np.zeros((2, 1, 12, 12), np.uint8)
    images[:, :, 6, 6] = 255

    def row(pictures: np.typing.NDArray[np.uint8]) -> np.typing.NDArray[np.int64]:
        return np.asarray(pictures[:, 0].max(axis=2).argmax(axis=1), np.int64)

    labels = np.array([6, 7])  # the row of the bright pixel, and the one below
    results = shift_results(row, images, labels, row(images), "zeros")
    assert [(item.pixels, item.direction) for item in results[:5]] == [
        (1, "up"),
        (1, "down"),
        (1, "left"),
        (1, "right"),
        (2, "up"),
    ]
    found = {(item.pixels, item.direction): (item.right, item.agreeing) for item in results}
    assert found[1, "down"] == (1, 0)  # now in row 7
    assert found[4, "left"] == (1, 2)
    assert found[2, "up"] == (0, 0)
    assert results[0].accuracy == pytest.approx(0)
