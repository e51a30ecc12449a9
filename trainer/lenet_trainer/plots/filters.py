"""Plots the filters that a network has learned."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lenet_trainer.plots.mosaic import mosaic
from lenet_trainer.plots.style import GREY, new_figure, plot_style, write_figure


def draw_filters(first: NDArray[np.float32], second: NDArray[np.float32], path: Path) -> Path:
    """Plot the filters of both convolutions, [Co, Ci, Kh, Kw]: a column per filter, a row per input channel."""
    with plot_style():
        heights = [first.shape[1] * 10 / first.shape[0] * 0.6 + 0.5, second.shape[1] * 10 / second.shape[0] + 0.5]
        figure = new_figure(10, sum(heights) + 0.3)
        above, below = figure.subplots(2, 1, gridspec_kw={"height_ratios": heights})
        colours = "RGB" if first.shape[1] == 3 else "1"
        show(above, first, "conv1", list(colours), "colour" if len(colours) == 3 else "grey")
        show(below, second, "conv2", [str(number + 1) for number in range(second.shape[1])], "map of pool1")
        return write_figure(figure, path)


def show(axes: Axes, filters: NDArray[np.float32], name: str, channels: list[str], seen: str) -> None:
    """Draw one layer's filters: blue is negative, red positive, white 0."""
    count, inputs, height, width = filters.shape
    # Row by row: one input channel, seen by every filter.
    cells = filters.transpose(1, 0, 2, 3).reshape(count * inputs, height, width)
    strongest = float(np.abs(filters).max())
    image = axes.imshow(mosaic(cells, count), cmap="RdBu_r", vmin=-strongest, vmax=strongest, interpolation="nearest")
    axes.set_title(f"{name}: {count} filters of {inputs}×{height}×{width}", loc="left", pad=6)
    axes.set_xticks(
        [number * (width + 1) + width / 2 - 0.5 for number in range(count)],
        [str(number + 1) for number in range(count)],
    )
    axes.set_yticks([number * (height + 1) + height / 2 - 0.5 for number in range(inputs)], channels)
    axes.set_ylabel(seen, color=GREY)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.8, aspect=14, pad=0.01)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
