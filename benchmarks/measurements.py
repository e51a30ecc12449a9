"""How the benchmarks say what they found: a line for each figure, with its bar if it has one; and Markdown tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (50.0, 90.0, 99.0, 99.9, 100.0)
PERCENTILE_NAMES = ("p50", "p90", "p99", "p99.9", "max")


@dataclass(frozen=True)
class Finding:
    """One figure: what it is, its value in words, and the bar that it is held to; `kept` is None without one."""

    what: str
    figure: str
    bar: str = ""
    kept: bool | None = None


def percentiles(seconds: NDArray[np.float64]) -> list[float]:
    """PERCENTILES of the durations, in milliseconds."""
    return [float(each) * 1000 for each in np.percentile(seconds, PERCENTILES)]


def medians(rows: Sequence[Sequence[float]]) -> list[float]:
    """The median of each column over the rows: over the rounds of a measurement."""
    return [float(each) for each in np.median(np.asarray(rows, np.float64), axis=0)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are figures, set to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def findings_table(findings: Iterable[Finding]) -> str:
    """The findings of any number of benchmarks as one Markdown table."""
    verdicts = {None: "", True: "kept", False: "**missed**"}
    return table(
        ["what", "figure", "bar", ""], ([each.what, each.figure, each.bar, verdicts[each.kept]] for each in findings)
    )
