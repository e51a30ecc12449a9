"""Several maps side by side in one array, so that they are drawn at one scale and at once."""

import numpy as np
from numpy.typing import NDArray


def mosaic(maps: NDArray[np.floating], columns: int, gap: int = 1) -> NDArray[np.floating]:
    """Maps [C, H, W] in rows of `columns`, with `gap` cells of not-a-number, which is drawn white, between them."""
    count, height, width = maps.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for number, values in enumerate(maps):
        top, left = number // columns * (height + gap), number % columns * (width + gap)
        sheet[top : top + height, left : left + width] = values
    return sheet
