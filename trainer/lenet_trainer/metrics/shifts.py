"""Measures the lecture's claim about pooling: the accuracy on images shifted by a few pixels."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHIFT_PIXELS = (1, 2, 3, 4)
DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}  # rows, columns


@dataclass(frozen=True)
class ShiftResult:
    """The accuracy after shifting all images; `agreeing` counts those whose predicted label stayed the same."""

    pixels: int
    direction: str
    right: int
    agreeing: int
    accuracy: float


def shift_results(
    predict: Callable[[NDArray[np.uint8]], NDArray[np.int64]],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    unshifted: NDArray[np.int64],
    outside: str,
) -> list[ShiftResult]:
    """Predict images [N, C, H, W] shifted by SHIFT_PIXELS each way; `unshifted` [N] are the predictions without."""
    results = []
    for pixels in SHIFT_PIXELS:
        for direction, (rows, columns) in DIRECTIONS.items():
            predicted = predict(shifted(images, pixels * rows, pixels * columns, outside))
            right = int((predicted == labels).sum())
            results.append(
                ShiftResult(pixels, direction, right, int((predicted == unshifted).sum()), right / len(images))
            )
    return results


def shifted(images: NDArray[np.uint8], rows: int, columns: int, outside: str) -> NDArray[np.uint8]:
    """Return images [N, C, H, W] shifted down and right; `zeros` or the repeated `border` fill the edges."""
    height, width = images.shape[2:]
    margin = ((0, 0), (0, 0), (max(rows, 0), max(-rows, 0)), (max(columns, 0), max(-columns, 0)))
    padded = np.pad(images, margin) if outside == "zeros" else np.pad(images, margin, mode="edge")
    top, left = max(-rows, 0), max(-columns, 0)
    return np.ascontiguousarray(padded[:, :, top : top + height, left : left + width])
