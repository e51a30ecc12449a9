"""The style that all plots share, and how they are written."""

from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lenet_trainer.errors import OutputError

INK, GREY, PALE = "#1b2733", "#7d8894", "#e6e9ec"
BLUE, RED, GREEN = "#2f6db3", "#c8452f", "#3c8f5a"
STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.0,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
}


def new_figure(width: float, height: float, arranged: bool = True) -> Figure:
    """Return a blank figure of that size in inches, outside of matplotlib's global state.

    With `arranged` matplotlib lays the parts out without overlap; without, they stay at their given coordinates.
    """
    figure = Figure(figsize=(width, height), layout="constrained" if arranged else None, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def plot_style() -> Any:
    """Return the context in which to create and write a figure in the shared style."""
    return rc_context(STYLE)


def write_figure(figure: Figure, path: Path, dots_per_inch: int = 110) -> Path:
    """Write a figure as PNG, reproducibly, and return its path; raises OutputError if it cannot be written."""
    try:
        figure.savefig(path, dpi=dots_per_inch, metadata={"Software": None})
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}; choose another --output") from error
    return path
