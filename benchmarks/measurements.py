"""Measured figures: a line for each, with its bar if it has one, as Markdown tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (50.0, 90.0, 99.0, 99.9, 100.0)
PERCENTILE_NAMES = ("p50", "p90", "p99", "p99.9", "max")


@dataclass(frozen=True)
class Measurement:
    """One figure: its name, its value with unit, and the bar that it must meet; `met` is None without a bar."""

    name: str
    value: str
    bar: str = ""
    met: bool | None = None


def percentiles(seconds: NDArray[np.float64]) -> list[float]:
    """Return PERCENTILES of the durations, in milliseconds."""
    return [float(each) * 1000 for each in np.percentile(seconds, PERCENTILES)]


def medians(rows: Sequence[Sequence[float]]) -> list[float]:
    """Return the median of each column over the rows, which are the rounds of a measurement."""
    return [float(each) for each in np.median(np.asarray(rows, np.float64), axis=0)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first hold figures and are right-aligned."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def measurements_table(measurements: Iterable[Measurement]) -> str:
    """Return the figures of any number of benchmarks as one Markdown table."""
    verdicts = {None: "", True: "met", False: "**missed**"}
    return table(
        ["measured", "figure", "bar", ""],
        ([each.name, each.value, each.bar, verdicts[each.met]] for each in measurements),
    )
