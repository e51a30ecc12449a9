"""Plots a comparison: a row for each estimator, a column for each figure."""

from collections.abc import Sequence
from pathlib import Path

from lenet_trainer.baselines.estimator import ComparisonResult
from lenet_trainer.percent import percent
from lenet_trainer.plots.style import BLUE, GREY, INK, PALE, new_figure, plot_style, write_figure


def draw_comparison(results: Sequence[ComparisonResult], title: str, path: Path) -> Path:
    """Plot errors with confidence intervals, parameters, training time and time per image; LeNets in blue."""
    rows = range(len(results))
    colours = [BLUE if result.convolutional else GREY for result in results]
    with plot_style():
        figure = new_figure(11, 0.34 * len(results) + 1.1)
        figure.suptitle(title, x=0.01, ha="left", fontsize=10)
        error, *others = figure.subplots(1, 4, sharey=True, gridspec_kw={"width_ratios": [2, 1, 1, 1]})
        percents = [100 * result.error for result in results]
        whiskers = [
            [100 * max(0.0, result.error - result.interval.low) for result in results],
            [100 * max(0.0, result.interval.high - result.error) for result in results],
        ]
        error.barh(rows, percents, color=colours, height=0.7)
        error.errorbar(percents, rows, xerr=whiskers, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)
        for row, result in enumerate(results):
            error.text(100 * result.interval.high, row, f"  {percent(result.error)}", va="center", fontsize=8)
        error.set_xlim(0, 1.25 * max(100 * result.interval.high for result in results))
        error.set_yticks(rows, [result.name for result in results])
        error.set_title("error on the test pictures, in %", loc="left")
        error.invert_yaxis()
        columns = (
            ("numbers kept", [result.parameters for result in results]),
            ("training, in s", [result.training_seconds for result in results]),
            ("a picture, in µs", [1e6 * result.seconds_per_image for result in results]),
        )
        for axes, (name, values) in zip(others, columns, strict=True):
            axes.hlines(rows, 0, 1, color=PALE, transform=axes.get_yaxis_transform(), zorder=0)
            axes.scatter(values, rows, color=colours, s=34)  # no bars: a logarithmic axis has no zero to begin at
            axes.set_xscale("log")
            axes.set_title(name, loc="left")
        for axes in (error, *others):
            axes.tick_params(axis="y", length=0)
            axes.spines["left"].set_visible(False)
        return write_figure(figure, path)
