"""Plots an image beside its convolutions with the lecture's kernels."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lenet_trainer.lecture.kernels import KERNELS, Kernel, apply_kernel
from lenet_trainer.plots.style import GREY, new_figure, plot_style, write_figure

COLUMNS = 4


def draw_kernels(picture: NDArray[np.uint8], path: Path) -> Path:
    """Plot the image uint8 [1 or 3, H, W] and its seven convolutions, each with its kernel and shape."""
    height, width = picture.shape[1:]
    with plot_style():
        side = 2.6
        tall = side * min(max(height / width, 0.4), 2.0)
        figure = new_figure(COLUMNS * side, 2 * (tall + 0.8))
        grid = figure.subplots(2, COLUMNS).flat
        show(next(grid), picture, "the picture", "")
        for axes, kernel in zip(grid, KERNELS, strict=True):
            show(axes, apply_kernel(kernel, picture), kernel.name, kernel_text(kernel))
        return write_figure(figure, path)


def show(axes: Axes, picture: NDArray[np.uint8], name: str, below: str) -> None:
    """Draw one image, with its name and shape above it and the kernel below."""
    height, width = picture.shape[1:]
    values = picture[0] if picture.shape[0] == 1 else picture.transpose(1, 2, 0)
    smooth = "nearest" if max(height, width) <= 64 else "antialiased"
    axes.imshow(values, cmap="gray", vmin=0, vmax=255, interpolation=smooth)
    axes.set_title(name, loc="left", pad=4)
    axes.set_title(f"{height}×{width}", loc="right", pad=4, color=GREY, fontsize=7.5)
    axes.set_xlabel(below, family="monospace", fontsize=8, labelpad=5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def kernel_text(kernel: Kernel) -> str:
    """Return the kernel's three rows, with the divisor before the middle one."""
    front = f"1/{kernel.divisor} · " if kernel.divisor > 1 else ""
    rows = [" ".join(f"{value:2}" for value in row) for row in kernel.values]
    return "\n".join((front if number == 1 else " " * len(front)) + row for number, row in enumerate(rows))
