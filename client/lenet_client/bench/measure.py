"""Generates a load in worker processes and computes the figures of its outcome."""

import math
import multiprocessing
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import grpc

from lenet_client.bench.load import Load, Outcome
from lenet_client.bench.server_metrics import ServerMeans, means_between, scrape
from lenet_client.bench.worker import DRAIN_SECONDS, prepare_process, run_load

PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)
START_SECONDS = 0.3  # for the worker processes to connect before all start at once


@dataclass(frozen=True)
class Figures:
    """Successful calls per second, errors by status name, and latencies in seconds.

    `percentiles` are latencies by name ("p50"). `late` is the 99th percentile of the delay of sending.
    """

    concurrency: int
    wanted_rate: float
    rate: float
    images_per_second: float
    answers: int
    errors: dict[str, int]
    mean: float
    percentiles: dict[str, float]
    longest: float
    late: float
    server: ServerMeans | None


def measure(load: Load, images: int, metrics_url: str | None) -> Figures:
    """Generate the load and compute its figures.

    Raises ConnectionLost or OSError when the server cannot be reached, InvalidRequest for a `metrics_url`
    without metrics.
    """
    pages: list[dict[str, float]] = []
    outcome = generate_load(load, (lambda: pages.append(scrape(metrics_url))) if metrics_url else None)
    return _figures(load, images, outcome, means_between(*pages) if metrics_url else None)


def generate_load(load: Load, at_bounds: Callable[[], None] | None = None) -> Outcome:
    """Generate the load; `at_bounds` is called at the start and end of the counted time.

    Raises ConnectionLost or OSError when the server cannot be reached.
    """
    parts = load.split()
    with multiprocessing.get_context("spawn").Pool(len(parts), prepare_process) as pool:
        pool.map(abs, range(len(parts)), chunksize=1)  # waits until all processes run
        start = time.monotonic() + START_SECONDS
        pending = pool.starmap_async(run_load, [(part, start) for part in parts], chunksize=1)
        if at_bounds:
            for moment in (start + load.warm_up, start + load.warm_up + load.seconds):
                pending.wait(moment - time.monotonic())
                at_bounds()
        outcome = Outcome()
        for part in pending.get(load.warm_up + load.seconds + START_SECONDS + 3 * DRAIN_SECONDS):
            outcome.add(part)
    return outcome


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of sorted values; NaN when there are none."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.nan


def _figures(load: Load, images: int, outcome: Outcome, server: ServerMeans | None) -> Figures:
    ordered = array("d", sorted(outcome.seconds))
    rate = len(ordered) / load.seconds
    return Figures(
        concurrency=load.concurrency,
        wanted_rate=load.rate,
        rate=rate,
        images_per_second=rate * images,
        answers=len(ordered),
        errors={_name(status): count for status, count in sorted(outcome.errors.items())},
        mean=math.fsum(ordered) / len(ordered) if ordered else math.nan,
        percentiles={f"p{each:g}": percentile(ordered, each) for each in PERCENTILES},
        longest=ordered[-1] if ordered else math.nan,
        late=percentile(sorted(outcome.late), 99.0) if outcome.late else 0.0,
        server=server,
    )


def _name(status: int) -> str:
    return next((code.name for code in grpc.StatusCode if code.value[0] == status), str(status))
