"""Plots a network's outputs for one image, a band for each layer, from the image to the probabilities."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lenet_trainer.lecture.feature_maps import FeatureMaps
from lenet_trainer.plots.mosaic import mosaic
from lenet_trainer.plots.style import BLUE, GREY, new_figure, plot_style, write_figure

WIDTH, LEFT, RIGHT = 10.0, 2.1, 0.25  # inches; the left margin holds the names
MAPS_ACROSS = 8
VALUES_ACROSS = 40
MAX_BARS = 30
GAP = 0.28  # inches between bands


def draw_feature_maps(
    picture: NDArray[np.uint8], rows: Sequence[FeatureMaps], labels: Sequence[str], path: Path
) -> Path:
    """Plot the image uint8 [C, H, W] that the network was given, and the output of every layer."""
    shown = [row for row in rows if row.layer not in ("normalise", "flatten")]
    heights = [1.35, *(band_height(row) for row in shown)]
    with plot_style():
        total = sum(heights) + GAP * (len(heights) + 1)
        figure = new_figure(WIDTH, total, arranged=False)
        bottom = total - GAP
        for number, height in enumerate(heights):
            bottom -= height
            place = (LEFT / WIDTH, bottom / total, (WIDTH - LEFT - RIGHT) / WIDTH, height / total)
            if number == 0:
                show_input(figure, place, picture)
            else:
                show_band(figure, place, shown[number - 1], labels)
            bottom -= GAP
        return write_figure(figure, path)


def band_height(row: FeatureMaps) -> float:
    """Return the height of a layer's band, in inches."""
    if row.layer == "softmax":
        return 1.1
    if row.values.ndim == 1:
        return max(0.4, 0.2 * -(-len(row.values) // VALUES_ACROSS))
    count, height, width = (int(size) for size in row.values.shape)
    across = maps_across(count)
    return (WIDTH - LEFT - RIGHT) / across * -(-count // across) * height / width


def maps_across(count: int) -> int:
    """Return the number of maps in a row."""
    return min(count, MAPS_ACROSS)


def show_input(figure: Figure, place: tuple[float, float, float, float], picture: NDArray[np.uint8]) -> None:
    """Draw the image itself."""
    axes = figure.add_axes(place, anchor="W")
    values = picture[0] if picture.shape[0] == 1 else picture.transpose(1, 2, 0)
    axes.imshow(values, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_axis_off()
    name(figure, place, "image", "as the network is given it", "×".join(map(str, picture.shape)))


def show_band(
    figure: Figure, place: tuple[float, float, float, float], row: FeatureMaps, labels: Sequence[str]
) -> None:
    """Draw one layer's output: maps, a strip of values, or bars of probabilities."""
    axes = figure.add_axes(place, anchor="W")
    if row.layer == "softmax":
        show_probabilities(axes, row.values, labels)
        name(figure, place, row.layer, row.description, row.shape)
        return
    if row.values.ndim == 1:
        cells = mosaic(row.values[:, None, None], min(len(row.values), VALUES_ACROSS), gap=0)
    else:
        cells = mosaic(row.values, maps_across(len(row.values)), gap=max(1, row.values.shape[2] // 14))
    axes.imshow(cells, cmap="magma", interpolation="nearest", aspect="equal" if row.values.ndim == 3 else "auto")
    axes.set_axis_off()
    span = f"{row.values.min():.2g} to {row.values.max():.2g}".replace("-", "−")
    name(figure, place, row.layer, row.description, f"{row.shape}   {span}")


def show_probabilities(axes: Axes, probabilities: NDArray[np.float32], labels: Sequence[str]) -> None:
    """Draw a bar for each label, or for the MAX_BARS most probable ones."""
    order = list(range(len(labels)))
    if len(labels) > MAX_BARS:
        order = np.argsort(-probabilities, kind="stable")[:MAX_BARS].tolist()
    axes.bar(range(len(order)), probabilities[order], color=BLUE, width=0.8)
    long = max(len(labels[index]) for index in order) > 4
    axes.set_xticks(range(len(order)), [labels[index] for index in order], rotation=90 if long else 0)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 1])
    axes.tick_params(length=0)


def name(figure: Figure, place: tuple[float, float, float, float], layer: str, what: str, shape: str) -> None:
    """Write a layer's name, description and shape to the left of its band."""
    _, bottom, _, height = place
    x, y = 0.25 / WIDTH, bottom + height
    inch = 1 / float(figure.get_size_inches()[1])
    figure.text(x, y, layer, va="top", weight="bold")
    figure.text(x, y - 0.16 * inch, what.replace(", ", ",\n"), va="top", fontsize=7.5)
    lines = 1 + what.count(", ")
    figure.text(x, y - (0.18 + 0.13 * lines) * inch, shape, va="top", fontsize=7.5, color=GREY)
