"""What is counted is what Prometheus is told, whoever counted it."""

import threading
from collections.abc import Sequence

import numpy as np
import prometheus_client
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest

from lenet_server.batching.batcher import Computed
from lenet_server.errors import DeadlineExceeded, QueueFull
from lenet_server.metrics import definitions
from lenet_server.metrics.exposition import expose, requests_by_code
from lenet_server.metrics.histogram import Histogram
from lenet_server.metrics.model import ModelMetrics
from lenet_server.metrics.server import Metrics
from lenet_server.metrics.shared_memory import SharedCounts

LENET = {"model": "lenet", "version": "1"}


class Workers:
    """Two processes' metrics and what Prometheus is told of both."""

    def __init__(self) -> None:
        counts = SharedCounts(2)
        self.registry = CollectorRegistry()
        self.metrics = [Metrics(counts, number) for number in (0, 1)]
        expose(counts, self.registry, self.sample)

    def sample(self) -> None:
        for each in self.metrics:
            each.sample()

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def test_what_two_processes_count_is_summed() -> None:
    workers = Workers()
    for metrics in workers.metrics:
        metrics.requests_started(4)
        metrics.requests_finished("ModelInfer", "OK", [0.001, 0.002])
        metrics.request_abandoned("ModelStreamInfer")
        metrics.rejected(QueueFull("full"))
    assert workers.value("lenet_requests_in_flight") == 2
    assert workers.value("lenet_requests_total", method="ModelInfer", code="OK") == 4
    assert workers.value("lenet_request_duration_seconds_sum", method="ModelInfer") == pytest.approx(0.006)
    assert workers.value("lenet_request_duration_seconds_bucket", method="ModelInfer", le="0.001") == 2
    assert workers.value("lenet_request_duration_seconds_count", method="ModelStreamInfer") is None
    assert workers.value("lenet_rejected_total", reason="queue_full") == 2
    assert requests_by_code(workers.metrics[0].counts) == {"OK": 4, "CANCELLED": 2}


def test_a_batch_is_counted_by_image_and_by_call() -> None:
    workers = Workers()
    probabilities = np.array([[0.1, 0.9], [0.96, 0.04], [0.0, 1.0]], np.float32)
    for metrics in workers.metrics:
        model = ModelMetrics(metrics, "lenet", 1, ["left", "right"])
        assert workers.value("lenet_images_total", **LENET) is not None
        model.batch_computed(Computed([0.25, 0.5], 2, 2.0, 3, probabilities))
        model.decoded(0.1)
        model.job_rejected(DeadlineExceeded("late"))
    assert workers.value("lenet_images_total", **LENET) == 6
    assert workers.value("lenet_batch_size_sum", **LENET) == 6
    assert workers.value("lenet_batch_size_bucket", **LENET, le="2.0") == 0
    assert workers.value("lenet_batch_size_bucket", **LENET, le="4.0") == 2
    assert workers.value("lenet_inference_duration_seconds_sum", **LENET) == 4
    assert workers.value("lenet_queue_duration_seconds_count", **LENET) == 4
    assert workers.value("lenet_decode_duration_seconds_bucket", **LENET, le="0.1") == 2
    assert workers.value("lenet_predictions_total", **LENET, label="right") == 4
    assert workers.value("lenet_prediction_confidence_bucket", **LENET, le="0.95") == 2
    assert workers.value("lenet_rejected_total", reason="deadline_exceeded") == 2


def test_a_model_is_served_once_by_however_many() -> None:
    workers = Workers()
    for metrics, waiting in zip(workers.metrics, (2, 3), strict=True):
        metrics.model_served("lenet", 1, {"dataset": "mnist", "secret": "x"})
        metrics.model_served("lenet", 1, {"dataset": "digits"})
        metrics.queue_length("lenet", 1, lambda waiting=waiting: waiting)  # type: ignore[misc]
    assert workers.value("lenet_model_ready", **LENET) == 1
    assert workers.value("lenet_queue_length", **LENET) == 5
    assert workers.value("lenet_model_info", **LENET, dataset="digits") == 1
    assert workers.value("lenet_model_info", **LENET, dataset="mnist") is None
    for metrics in workers.metrics:
        metrics.model_retired("lenet", 1)
    assert workers.value("lenet_model_ready", **LENET) == 0
    assert workers.value("lenet_queue_length", **LENET) is None
    assert workers.value("lenet_model_info", **LENET, dataset="digits") is None


def test_what_a_process_that_died_has_counted_stays_and_what_it_was_doing_does_not() -> None:
    workers = Workers()
    died = workers.metrics[1]
    died.requests_started(3)
    died.request_finished("ModelInfer", "OK", 0.001)
    for gauge in definitions.GAUGES:
        died.table.zero(gauge.name)
    assert workers.value("lenet_requests_in_flight") == 0
    successor = Metrics(died.counts, 1)
    successor.request_started()
    successor.request_finished("ModelInfer", "OK", 0.001)
    assert workers.value("lenet_requests_in_flight") == 0
    assert workers.value("lenet_requests_total", method="ModelInfer", code="OK") == 2


@pytest.mark.parametrize("size", [1, 100])
def test_threads_do_not_lose_one_anothers_counts(size: int) -> None:
    workers = Workers()
    metrics = workers.metrics[0]
    model = ModelMetrics(metrics, "lenet", 1, ["0", "1"])
    probabilities: NDArray[np.float32] = np.full((size, 2), 0.5, np.float32)

    def count() -> None:
        for _ in range(200):
            metrics.requests_started(size)
            model.batch_computed(Computed([0.5] * size, size, 0.5, size, probabilities))
            metrics.requests_finished("ModelInfer", "OK", [0.5] * size)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert workers.value("lenet_requests_in_flight") == 0
    assert workers.value("lenet_requests_total", method="ModelInfer", code="OK") == 1600 * size
    assert workers.value("lenet_request_duration_seconds_sum", method="ModelInfer") == 800 * size
    assert workers.value("lenet_predictions_total", **LENET, label="0") == 1600 * size
    assert workers.value("lenet_prediction_confidence_count", **LENET) == 1600 * size


@hypothesis_settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.floats(0, 20) | st.sampled_from(definitions.SECONDS), max_size=80), max_size=4))
def test_buckets_are_those_of_prometheus_own_client(batches: Sequence[Sequence[float]]) -> None:
    counts, ours, theirs = SharedCounts(1), CollectorRegistry(), CollectorRegistry()
    expose(counts, ours, lambda: None)
    name = definitions.QUEUE_SECONDS.name
    histogram = Histogram(counts.tables[0], definitions.QUEUE_SECONDS, *LENET.values())
    original = prometheus_client.Histogram(name, "…", definitions.MODEL, buckets=definitions.SECONDS, registry=theirs)
    for batch in batches:
        histogram.observe_all(batch)
        for value in batch:
            original.labels(**LENET).observe(value)
    for bound in (*map(str, definitions.SECONDS), "+Inf"):
        labels = {**LENET, "le": bound}
        expected = theirs.get_sample_value(f"{name}_bucket", labels) or 0.0
        assert ours.get_sample_value(f"{name}_bucket", labels) == expected
    assert ours.get_sample_value(f"{name}_sum", LENET) == pytest.approx(
        theirs.get_sample_value(f"{name}_sum", LENET) or 0
    )


def test_the_other_format_and_a_choice_by_name_work_too() -> None:
    workers = Workers()
    model = ModelMetrics(workers.metrics[0], "lenet", 1, ["0", "1"])
    model.batch_computed(Computed([0.1], 1, 0.5, 1, np.array([[0.5, 0.5]], np.float32)))
    told = generate_latest(workers.registry).decode()  # type: ignore[no-untyped-call]
    assert 'lenet_images_total{model="lenet",version="1"} 1.0\n' in told
    assert told.endswith("# EOF\n")
    chosen = workers.registry.restricted_registry(["lenet_images_total"]).collect()
    assert [sample.value for family in chosen for sample in family.samples] == [1.0]
