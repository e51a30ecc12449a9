"""Puts a load on a server, from processes of its own, and makes figures of what came of it."""

import math
import multiprocessing
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import grpc

from lenet_client.bench.load import Load, Outcome
from lenet_client.bench.server_metrics import ServerMeans, means, scraped
from lenet_client.bench.worker import PATIENCE_SECONDS, prepare, work

PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)
START_SECONDS = 0.3  # in which processes connect


@dataclass(frozen=True)
class Figures:
    """What a load came to: answers a second, errors by the name of their status, and latencies in seconds.

    `percentiles` are of the latencies, by name. `late` is how late the client sent a call, at the 99th percentile.
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
    """Put the load on the server. Raises Lost or OSError where it is not there, InvalidRequest for a wrong URL."""
    pages: list[dict[str, float]] = []
    outcome = put(load, (lambda: pages.append(scraped(metrics_url))) if metrics_url else None)
    return _figures(load, images, outcome, means(*pages) if metrics_url else None)


def put(load: Load, look: Callable[[], None] | None = None) -> Outcome:
    """Put the load on the server; `look` is called when counting begins and when it ends. Raises Lost or OSError."""
    shares = load.shares()
    with multiprocessing.get_context("spawn").Pool(len(shares), prepare) as pool:
        pool.map(abs, range(len(shares)), chunksize=1)  # all have come up
        start = time.monotonic() + START_SECONDS
        pending = pool.starmap_async(work, [(share, start) for share in shares], chunksize=1)
        if look:
            for moment in (start + load.warm_up, start + load.warm_up + load.seconds):
                pending.wait(moment - time.monotonic())
                look()
        outcome = Outcome()
        for part in pending.get(load.warm_up + load.seconds + START_SECONDS + 3 * PATIENCE_SECONDS):
            outcome.add(part)
    return outcome


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest of the values, in order, that so many percent of them do not exceed; not a number where are none."""
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
