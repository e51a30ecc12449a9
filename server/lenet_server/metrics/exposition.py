"""Exposes the counts of all processes, summed, in Prometheus' form."""

import platform
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata

import numpy as np
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from lenet_server import __version__
from lenet_server.metrics import definitions
from lenet_server.metrics.definitions import Family
from lenet_server.metrics.shared_memory import Labels, SharedCounts, Values
from lenet_server.metrics.statistics import RUNS

Rows = Mapping[Labels, Values]

COUNTERS = (definitions.REQUESTS, definitions.REJECTED, definitions.WORKER_RESTARTS, definitions.WORKER_CPU)
GAUGES = (definitions.IN_FLIGHT, definitions.WORKER_MEMORY)
HISTOGRAMS = (
    definitions.REQUEST_SECONDS,
    definitions.QUEUE_SECONDS,
    definitions.INFERENCE_SECONDS,
    definitions.DECODE_SECONDS,
    definitions.CONFIDENCE,
)


def expose(counts: SharedCounts, registry: CollectorRegistry, sample: Callable[[], None]) -> None:
    """Register the metrics. Each scrape calls `sample` first, to update the gauges."""
    registry.register(_Exposition(counts, sample))
    ProcessCollector(registry=registry)


def requests_by_code(counts: SharedCounts) -> dict[str, int]:
    """Return the number of ended requests by gRPC status."""
    by_code: Counter[str] = Counter()
    for (_, code), (number,) in counts.totals(definitions.REQUESTS.name).items():
        by_code[code] += int(number)
    return dict(by_code)


class _Exposition(Collector):
    def __init__(self, counts: SharedCounts, sample: Callable[[], None]) -> None:
        self._counts = counts
        self._sample = sample

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without values, so that a scrape can select by name."""
        return self._families()

    def collect(self) -> Iterable[Metric]:
        """Return all metrics with their current values."""
        self._sample()
        return self._families()

    def _families(self) -> Iterable[Metric]:
        counts = self._counts
        for family in COUNTERS:
            yield _counter(family, counts.totals(family.name))
        for family in GAUGES:
            yield _gauge(family, counts.totals(family.name))
        for family in HISTOGRAMS:
            yield _histogram(family, counts.totals(family.name))
        batch_sizes = _batch_sizes(counts.totals(RUNS))
        yield _histogram(definitions.BATCH_SIZE, batch_sizes)
        yield _counter(definitions.PICTURES, {model: row[-1:] for model, row in batch_sizes.items()})
        yield _counter(definitions.PREDICTIONS, _by_label(counts.totals(definitions.PREDICTIONS.name)))
        # A version counts once, not once for each process.
        ready = counts.highest(definitions.READY.name)
        yield _gauge(definitions.READY, ready)
        lengths = counts.totals(definitions.QUEUE_LENGTH.name)
        yield _gauge(
            definitions.QUEUE_LENGTH,
            {model: row for model, row in lengths.items() if model in ready and ready[model][0]},
        )
        yield _model_info(counts.highest(definitions.MODEL_INFO.name))
        yield InfoMetricFamily(
            definitions.BUILD_INFO.name,
            definitions.BUILD_INFO.text,
            {
                "version": __version__,
                "onnxruntime": metadata.version("onnxruntime"),
                "python": platform.python_version(),
            },
        )


def _counter(family: Family, values: Rows) -> Metric:
    metric = CounterMetricFamily(family.name, family.text, labels=family.labels)
    for labels, (value,) in values.items():
        metric.add_metric(labels, value)
    return metric


def _gauge(family: Family, values: Rows) -> Metric:
    metric = GaugeMetricFamily(family.name, family.text, labels=family.labels)
    for labels, (value,) in values.items():
        metric.add_metric(labels, value)
    return metric


def _histogram(family: Family, rows: Rows) -> Metric:
    metric = HistogramMetricFamily(family.name, family.text, labels=family.labels)
    bounds = [*(str(float(bound)) for bound in family.bounds), "+Inf"]
    for labels, row in rows.items():
        metric.add_metric(labels, list(zip(bounds, row[:-1].cumsum().tolist(), strict=True)), row[-1])
    return metric


def _batch_sizes(runs: Rows) -> Rows:
    """Return a histogram's row for each model, from the rows for each batch size."""
    bounds = definitions.BATCH_SIZE.bounds
    by_model: dict[Labels, Values] = {}
    for (name, version, images), (count, _) in runs.items():
        row = by_model.setdefault((name, version), np.zeros(len(bounds) + 2))
        row[bisect_left(bounds, int(images))] += count
        row[-1] += int(images) * count
    return by_model


def _model_info(told: Rows) -> Metric:
    metric = InfoMetricFamily(definitions.MODEL_INFO.name, definitions.MODEL_INFO.text, labels=definitions.MODEL)
    for (name, version, *pairs), (is_served,) in told.items():
        if is_served:
            metric.add_metric((name, version), dict(zip(pairs[::2], pairs[1::2], strict=True)))
    return metric


def _by_label(rows: Rows) -> Rows:
    """Return a row for each label, from rows that have the labels in their names."""
    by_label: dict[Labels, Values] = {}
    for (name, version, *labels), row in rows.items():
        for label, count in zip(labels, row, strict=True):
            key = (name, version, label)
            by_label[key] = by_label.get(key, np.zeros(1)) + count
    return by_label
