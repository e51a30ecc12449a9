"""The counts of one model version over all processes, for API calls.

Prometheus gets its own figures from `exposition`; these are the ones that the inference protocol's ModelStatistics
names. Both read the same tables.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lenet_server.metrics import definitions
from lenet_server.metrics.shared_memory import SharedCounts

# Rows that Prometheus is not told as they are. When a model last ran, in the seconds of time.time(); its runs, by the
# number of images as well: how many, and their seconds; and its calls: how many of each kind, each with its seconds.
LAST_RUN = "last run"
RUNS = "runs"
CALLS = "calls"
ANSWERED, FAILED, COMPUTED, CALLS_WIDTH = 0, 2, 4, 6


@dataclass(frozen=True)
class Spent:
    """A number of events and their total duration."""

    count: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Statistics:
    """The counters. A call's time is counted for each call, though several share one run of the model."""

    last_run: float = 0.0  # when the model last ran, as time.time(); 0: never
    images: int = 0
    answered: Spent = Spent()  # calls, from the queue to the model's outputs
    failed: Spent = Spent()  # calls that the queue refused or dropped, or the model failed on
    queue: Spent = Spent()  # calls, waiting for the model
    compute: Spent = Spent()  # calls, in the model
    decode: Spent = Spent()  # encoded pictures
    runs: dict[int, Spent] = field(default_factory=dict)  # runs of the model, by the number of their images


def statistics(counts: SharedCounts, name: str, version: int) -> Statistics:
    """Return the counts of a version so far."""
    model = (name, str(version))
    calls = counts.totals(CALLS, *model).get(model, np.zeros(CALLS_WIDTH))
    runs = {int(images): _spent(run) for (_, _, images), run in counts.totals(RUNS, *model).items() if run[0]}
    return Statistics(
        last_run=float(counts.highest(LAST_RUN, *model).get(model, np.zeros(1))[0]),
        images=sum(images * run.count for images, run in runs.items()),
        answered=_spent(calls[ANSWERED:]),
        failed=_spent(calls[FAILED:]),
        queue=_observed(counts, definitions.QUEUE_SECONDS, model),
        compute=_spent(calls[COMPUTED:]),
        decode=_observed(counts, definitions.DECODE_SECONDS, model),
        runs=runs,
    )


def _spent(values: NDArray[np.float64]) -> Spent:
    return Spent(int(values[0]), float(values[1]))


def _observed(counts: SharedCounts, family: definitions.Family, model: tuple[str, str]) -> Spent:
    """Return the count and sum of a histogram's row."""
    for row in counts.totals(family.name, *model).values():
        return Spent(int(row[:-1].sum()), float(row[-1]))
    return Spent()
