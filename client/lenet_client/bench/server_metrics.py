"""Means of the server's own measurements during a load, from its /metrics."""

import re
import urllib.error
import urllib.request
from dataclasses import dataclass

from lenet_client._errors import InvalidRequest

FAMILIES = ("lenet_queue_duration_seconds", "lenet_inference_duration_seconds", "lenet_batch_size")
_SAMPLE = re.compile(r"^(\w+)(?:\{[^}]*\})? (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class ServerMeans:
    """Means during a load: seconds in the queue, seconds of one model run, images in one model run."""

    queue_seconds: float
    inference_seconds: float
    batch_images: float


def scrape(url: str) -> dict[str, float]:
    """The sums and counts of FAMILIES, over all models. Raises InvalidRequest for a page without them."""
    try:
        with urllib.request.urlopen(url, timeout=10) as page:  # noqa: S310  # the URL comes from the command line
            text = page.read().decode("utf-8", "replace")
    except (urllib.error.URLError, ValueError, OSError) as error:
        raise InvalidRequest(f"--metrics-url {url} cannot be read: {error}") from error
    totals = {f"{family}_{part}": 0.0 for family in FAMILIES for part in ("sum", "count")}
    found = [(name, float(value)) for name, value in _SAMPLE.findall(text) if name in totals]
    if not found:
        raise InvalidRequest(f"--metrics-url {url} has no {FAMILIES[0]}: http://HOST:8080/metrics is expected")
    for name, value in found:
        totals[name] += value
    return totals


def means_between(before: dict[str, float], after: dict[str, float]) -> ServerMeans | None:
    """The means between two scrapes; None when the server counted nothing."""
    values = []
    for family in FAMILIES:
        count = after[f"{family}_count"] - before[f"{family}_count"]
        if count <= 0:
            return None
        values.append((after[f"{family}_sum"] - before[f"{family}_sum"]) / count)
    return ServerMeans(*values)
