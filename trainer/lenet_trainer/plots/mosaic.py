"""Arranges several maps in one array, so that they are drawn in one call and at one scale."""

import numpy as np
from numpy.typing import NDArray


def mosaic(maps: NDArray[np.floating], columns: int, gap: int = 1) -> NDArray[np.floating]:
    """Return maps [C, H, W] in rows of `columns`, separated by `gap` cells of NaN, which is drawn white."""
    count, height, width = maps.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for number, values in enumerate(maps):
        top, left = number // columns * (height + gap), number % columns * (width + gap)
        sheet[top : top + height, left : left + width] = values
    return sheet
