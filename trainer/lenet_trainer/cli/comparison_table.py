"""Formats a comparison as the lines that `compare` prints."""

from collections.abc import Sequence

from lenet_trainer.baselines.estimator import ComparisonResult
from lenet_trainer.cli.tables import columns
from lenet_trainer.percent import percent

HEADING = (
    "method",
    "error",
    "95 % interval",
    "moved by 2",
    "numbers kept",
    "pictures kept",
    "saved",
    "training",
    "a picture",
)


def comparison_lines(results: Sequence[ComparisonResult]) -> list[str]:
    """Return a heading and a line for each estimator."""
    rows = [
        (
            result.name,
            percent(result.error),
            f"{100 * result.interval.low:.2f} – {percent(result.interval.high)}",
            percent(result.moved_error),
            f"{result.parameters:,}",
            "–" if result.support_vectors is None else f"{result.support_vectors:,}",
            f"{result.size_bytes / 1000:,.0f} kB",
            f"{result.training_seconds:.1f} s",
            f"{1e6 * result.seconds_per_image:,.0f} µs",
        )
        for result in results
    ]
    return columns(HEADING, rows, right=range(1, len(HEADING)))
