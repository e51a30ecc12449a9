"""Plots an evaluation: confusion matrix, reliability diagram, robustness to shifts, and the worst mistakes."""

from pathlib import Path

import numpy as np

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.metrics.evaluation import Evaluation
from lenet_trainer.metrics.shifts import DIRECTIONS, SHIFT_PIXELS
from lenet_trainer.percent import percent
from lenet_trainer.plots.contact_sheet import contact_sheet
from lenet_trainer.plots.style import BLUE, GREY, INK, PALE, RED, new_figure, plot_style, write_figure

MAX_NUMBERED_LABELS = 30  # with more, the numbers in a confusion matrix are too small to read


def draw_evaluation(result: Evaluation, dataset: Dataset, folder: Path) -> list[Path]:
    """Write the four plots to an existing folder and return their paths; mistakes.png only if there are mistakes."""
    drawings = [
        draw_confusion(result, dataset, folder / "confusion.png"),
        draw_reliability(result, folder / "reliability.png"),
        draw_shifts(result, folder / "shifts.png"),
    ]
    if result.mistakes:
        drawings.append(draw_mistakes(result, dataset, folder / "mistakes.png"))
    return drawings


def draw_confusion(result: Evaluation, dataset: Dataset, path: Path) -> Path:
    """Plot the confusion matrix: correct predictions in blue, mistakes in red on their own scale."""
    count = len(dataset.labels)
    with plot_style():
        side = min(max(3.6, 0.42 * count + 1.2), 16)
        figure = new_figure(side, side)
        axes = figure.add_subplot()
        diagonal = np.eye(count, dtype=bool)
        share = result.confusion / result.confusion.sum(axis=1, keepdims=True).clip(min=1)
        mistakes = np.ma.masked_array(result.confusion, diagonal | (result.confusion == 0))
        axes.imshow(np.ma.masked_array(share, ~diagonal), cmap="Blues", vmin=0, vmax=1.6)
        axes.imshow(mistakes, cmap="Reds", vmin=0, vmax=1.6 * max(1, int(mistakes.filled(0).max())))
        if count <= MAX_NUMBERED_LABELS:
            for row, column in zip(*np.nonzero(result.confusion), strict=True):
                axes.text(column, row, f"{result.confusion[row, column]}", ha="center", va="center", fontsize=7.5)
        long = max(map(len, dataset.labels)) > 2
        axes.set_xticks(range(count), dataset.labels, rotation=90 if long else 0)
        axes.set_yticks(range(count), dataset.labels)
        axes.set_xticks(np.arange(1, count) - 0.5, minor=True)
        axes.set_yticks(np.arange(1, count) - 0.5, minor=True)
        axes.grid(which="minor", color=PALE, linewidth=0.6)
        axes.tick_params(which="both", length=0)
        axes.spines[:].set_visible(False)
        axes.set_xlabel("given label")
        axes.set_ylabel("true label")
        axes.set_title(f"{result.right:,} of {result.images:,} right: {percent(result.accuracy)}", pad=8)
        return write_figure(figure, path)


def draw_reliability(result: Evaluation, path: Path) -> Path:
    """Plot accuracy over score, on the diagonal if perfectly calibrated; below, the number of images in each bin."""
    bins = [row for row in result.calibration.bins if row.images]
    middles = [(row.low + row.high) / 2 for row in bins]
    width = 0.9 * (bins[0].high - bins[0].low)
    with plot_style():
        figure = new_figure(4.2, 5.0)
        above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1]})
        above.bar(middles, [row.accuracy for row in bins], width, color=BLUE, label="accuracy")
        above.scatter(
            [row.mean_score for row in bins], [row.mean_score for row in bins], s=14, color=RED, zorder=3, label="score"
        )
        above.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle="--")
        above.set_xlim(0, 1)
        above.set_ylim(0, 1)
        above.set_ylabel("share that is right")
        above.set_title(f"expected calibration error {percent(result.calibration.error)}", loc="left", pad=20)
        above.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0, borderaxespad=0.3)
        below.bar(middles, [row.images for row in bins], width, color=GREY)
        below.set_yscale("log")
        below.set_ylim(bottom=0.7)
        below.set_ylabel("pictures")
        below.set_xlabel("score")
        return write_figure(figure, path)


def draw_shifts(result: Evaluation, path: Path) -> Path:
    """Plot accuracy over the shift in pixels, a line for each direction."""
    with plot_style():
        figure = new_figure(4.6, 3.2)
        axes = figure.add_subplot()
        for direction, colour, mark in zip(DIRECTIONS, (BLUE, RED, GREY, INK), "^v<>", strict=True):
            moved = [item.accuracy for item in result.shifts if item.direction == direction]
            axes.plot(
                (0, *SHIFT_PIXELS), [100 * share for share in (result.accuracy, *moved)], color=colour, marker=mark
            )
            axes.lines[-1].set_label(direction)
        axes.set_xticks((0, *SHIFT_PIXELS))
        axes.set_xlabel("pixels that the pictures were moved by")
        axes.set_ylabel("right, in %")
        axes.set_ylim(top=100)
        axes.grid(axis="y", color=PALE)
        axes.legend(ncols=2)
        return write_figure(figure, path)


def draw_mistakes(result: Evaluation, dataset: Dataset, path: Path) -> Path:
    """Plot the worst mistakes as a contact sheet: true label, predicted label, and the score of the latter."""
    images, _ = dataset.split("test")
    names = [f"{shortened(item.label)} → {shortened(item.predicted)}  {item.score:.2f}" for item in result.mistakes]
    pictures = [images[item.index] for item in result.mistakes]
    with plot_style():
        figure = contact_sheet(pictures, names, columns=8)
        figure.suptitle("true label → given label and its score", fontsize=9, color=GREY)
        return write_figure(figure, path)


def shortened(label: str) -> str:
    """Return a label cut to fit over a small image."""
    return label if len(label) <= 6 else f"{label[:5]}…"
