"""The lecture's claim about pooling, measured: how a model does when pictures move by a few pixels."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PIXELS = (1, 2, 3, 4)
DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}  # rows, columns


@dataclass(frozen=True)
class ShiftResult:
    """How many pictures were right after all had moved by so many pixels; `agreeing` kept the label they had before."""

    pixels: int
    direction: str
    right: int
    agreeing: int
    accuracy: float


def shift_results(
    predict: Callable[[NDArray[np.uint8]], NDArray[np.int64]],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    unmoved: NDArray[np.int64],
    outside: str,
) -> list[ShiftResult]:
    """Predict images [N, C, H, W] moved by 1 to 4 pixels in each direction; `unmoved` [N] was predicted without."""
    results = []
    for pixels in PIXELS:
        for direction, (rows, columns) in DIRECTIONS.items():
            predicted = predict(shifted(images, pixels * rows, pixels * columns, outside))
            right = int((predicted == labels).sum())
            results.append(
                ShiftResult(pixels, direction, right, int((predicted == unmoved).sum()), right / len(images))
            )
    return results


def shifted(images: NDArray[np.uint8], rows: int, columns: int, outside: str) -> NDArray[np.uint8]:
    """Images [N, C, H, W] moved down and right; what comes in at the edges is `zeros` or the `border` again."""
    height, width = images.shape[2:]
    margin = ((0, 0), (0, 0), (max(rows, 0), max(-rows, 0)), (max(columns, 0), max(-columns, 0)))
    padded = np.pad(images, margin) if outside == "zeros" else np.pad(images, margin, mode="edge")
    top, left = max(-rows, 0), max(-columns, 0)
    return np.ascontiguousarray(padded[:, :, top : top + height, left : left + width])
