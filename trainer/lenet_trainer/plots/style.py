"""The look that all drawings share, and how they are written."""

from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lenet_trainer.errors import OutputError

INK, GREY, PALE = "#1b2733", "#7d8894", "#e6e9ec"
BLUE, RED, GREEN = "#2f6db3", "#c8452f", "#3c8f5a"
LOOK: dict[Any, Any] = {
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


def canvas(width: float, height: float, arranged: bool = True) -> Figure:
    """A blank figure of that size in inches, which leaves no trace in matplotlib's global state.

    Its parts are arranged so that they do not touch, or else stay where they are put.
    """
    figure = Figure(figsize=(width, height), layout="constrained" if arranged else None, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def look() -> Any:
    """The context in which a figure has to be made and written to have the shared look."""
    return rc_context(LOOK)


def write(figure: Figure, path: Path, dots_per_inch: int = 110) -> Path:
    """Write a figure as PNG, the same bytes for the same figure; raises OutputError where that cannot be done."""
    try:
        figure.savefig(path, dpi=dots_per_inch, metadata={"Software": None})
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}; choose another --output") from error
    return path
