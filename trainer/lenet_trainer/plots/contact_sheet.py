"""Arranges many small images on a contact sheet, each with a caption above it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lenet_trainer.plots.style import new_figure

WHITE = 255


def contact_sheet(pictures: Sequence[NDArray[np.uint8]], names: Sequence[str], columns: int) -> Figure:
    """Return a figure of images uint8 [1 or 3, H, W] of one size, in rows of `columns`."""
    height, width = pictures[0].shape[1:]
    gap_above, gap = max(4, height // 4), max(2, width // 14)
    rows = -(-len(pictures) // columns)
    cell_height, cell_width = height + gap_above, width + gap
    sheet = np.full((rows * cell_height, columns * cell_width, 3), WHITE, np.uint8)
    # One array of all images: separate axes for each take seconds.
    figure = new_figure(columns * 1.15, rows * 1.15 * cell_height / cell_width + 0.3)
    axes = figure.add_subplot()
    for number, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        top, left = number // columns * cell_height + gap_above, number % columns * cell_width
        sheet[top : top + height, left : left + width] = picture.transpose(1, 2, 0)
        axes.text(left + width / 2, top - gap_above / 4, name, ha="center", va="bottom", fontsize=8)
    axes.imshow(sheet, interpolation="nearest")
    axes.set_axis_off()
    return figure
