"""Scrapes and parses a server's metrics."""

import urllib.request
from collections.abc import Mapping

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

TIMEOUT = 10.0


def metrics(http_port: int) -> Mapping[str, Metric]:
    """Return the server's metrics by name."""
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/metrics", timeout=TIMEOUT) as response:
        return {each.name: each for each in text_string_to_metric_families(response.read().decode())}


def total(found: Mapping[str, Metric], sample: str, **labels: str) -> float:
    """Return the sum of the samples of this name that have these labels."""
    return sum(
        each.value
        for metric in found.values()
        for each in metric.samples
        if each.name == sample and each.labels.items() >= labels.items()
    )
