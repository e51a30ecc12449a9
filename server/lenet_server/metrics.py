"""What the server tells Prometheus. docs/metrics.md explains each metric to the person who reads the graphs."""

import platform
from collections import Counter as TallyCounter
from collections.abc import Callable, Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.process_collector import ProcessCollector

from lenet_server import __version__
from lenet_server.errors import CallerGone, DeadlineExceeded, QueueFull, ServingError, Unavailable
from lenet_server.model_statistics import ModelStatistics

# A small model answers in a fraction of a millisecond, a queue may take seconds: 1, 2.5, 5 in each decade between.
SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
IMAGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CONFIDENCES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
MODEL = ("model", "version")


REASONS: dict[type[ServingError], str] = {
    QueueFull: "queue_full",
    Unavailable: "draining",
    DeadlineExceeded: "deadline_exceeded",
    CallerGone: "cancelled",
}


class Metrics:
    """All metrics of one server, in the registry that is passed in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._requests = Counter("lenet_requests", "Requests answered.", ("method", "code"), registry=registry)
        self._request_seconds = Histogram(
            "lenet_request_duration_seconds",
            "Time from a request's arrival at its handler to its answer.",
            ("method",),
            buckets=SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge("lenet_requests_in_flight", "Requests being worked on.", registry=registry)
        self._rejected = Counter(
            "lenet_rejected", "Requests refused or dropped before the model saw them.", ("reason",), registry=registry
        )
        self.queue_seconds = self._model_histogram("queue_duration_seconds", "Time a request waited for the model.")
        self.inference_seconds = self._model_histogram("inference_duration_seconds", "Time of one run of the model.")
        self.decode_seconds = self._model_histogram("decode_duration_seconds", "Time to read one encoded picture.")
        self.batch_size = self._model_histogram("batch_size", "Images in one run of the model.", IMAGES)
        self.confidence = self._model_histogram(
            "prediction_confidence", "Probability of the best label of an image.", CONFIDENCES
        )
        self.images = Counter("lenet_images", "Images classified.", MODEL, registry=registry)
        self.predictions = Counter(
            "lenet_predictions", "Images by their best label.", (*MODEL, "label"), registry=registry
        )
        self._queue_length = Gauge("lenet_queue_length", "Requests that wait for the model.", MODEL, registry=registry)
        self._ready = Gauge("lenet_model_ready", "1 while the model version is served.", MODEL, registry=registry)
        self._model = Info("lenet_model", "What the model version says of itself.", MODEL, registry=registry)
        Info("lenet_build", "What this server is made of.", registry=registry).info(
            {"version": __version__, "onnxruntime": onnxruntime.__version__, "python": platform.python_version()}
        )
        ProcessCollector(registry=registry)

    def _model_histogram(self, name: str, text: str, buckets: Sequence[float] = SECONDS) -> Histogram:
        return Histogram(f"lenet_{name}", text, MODEL, buckets=buckets, registry=self.registry)

    def request_started(self) -> None:
        """A request has come."""
        self._in_flight.inc()

    def requests_started(self, number: int) -> None:
        """So many requests have come."""
        self._in_flight.inc(number)

    def request_finished(self, method: str, code: str, seconds: float) -> None:
        """A request has ended with the gRPC status of that name, so many seconds after it came."""
        self._in_flight.dec()
        self._requests.labels(method, code).inc()
        self._request_seconds.labels(method).observe(seconds)

    def requests_finished(self, method: str, code: str, seconds: Sequence[float]) -> None:
        """Several requests have ended with this status, each so many seconds after it came."""
        self._in_flight.dec(len(seconds))
        self._requests.labels(method, code).inc(len(seconds))
        for each in seconds:
            self._request_seconds.labels(method).observe(each)

    def request_abandoned(self, method: str) -> None:
        """A request has ended with its stream, before it was answered: there is no duration to tell."""
        self._in_flight.dec()
        self._requests.labels(method, "CANCELLED").inc()

    def requests_by_code(self) -> dict[str, int]:
        """How many requests have ended with which gRPC status."""
        by_code: TallyCounter[str] = TallyCounter()
        for metric in self._requests.collect():
            for sample in metric.samples:
                if sample.name == "lenet_requests_total":
                    by_code[sample.labels["code"]] += int(sample.value)
        return dict(by_code)

    def rejected(self, reason: ServingError) -> None:
        """Count one request that the model never saw."""
        self._rejected.labels(REASONS[type(reason)]).inc()

    def model_served(self, name: str, version: int, metadata: dict[str, str]) -> None:
        """A model version has gone into service."""
        self._ready.labels(name, version).set(1)
        told = ("dataset", "test_accuracy", "parameters", "trainer_version", "created")
        self._model.labels(name, version).info({key: metadata[key] for key in told if key in metadata})

    def queue_length(self, name: str, version: int, read: Callable[[], int]) -> None:
        """Have the length of a model's queue read at each scrape."""
        self._queue_length.labels(name, version).set_function(read)


class ModelMetrics:
    """The metrics of one model version; the batcher's observer.

    Attributes: `statistics`, the same for callers of the API.
    """

    def __init__(self, metrics: Metrics, name: str, version: int, labels: Sequence[str]) -> None:
        self.statistics = ModelStatistics()
        self._metrics = metrics
        self._queue_seconds = metrics.queue_seconds.labels(name, version)
        self._inference_seconds = metrics.inference_seconds.labels(name, version)
        self._decode_seconds = metrics.decode_seconds.labels(name, version)
        self._batch_size = metrics.batch_size.labels(name, version)
        self._confidence = metrics.confidence.labels(name, version)
        self._images = metrics.images.labels(name, version)
        self._predictions = [metrics.predictions.labels(name, version, label) for label in labels]

    def batch_started(self, queue_seconds: Sequence[float]) -> None:
        """See BatchObserver."""
        self.statistics.batch_started(queue_seconds)
        for seconds in queue_seconds:
            self._queue_seconds.observe(seconds)

    def batch_finished(self, images: int, seconds: float) -> None:
        """See BatchObserver."""
        self.statistics.batch_finished(images, seconds)
        self._inference_seconds.observe(seconds)
        self._batch_size.observe(images)
        self._images.inc(images)

    def batch_ended(self, seconds: float, *, calls: int, failed: bool) -> None:
        """See BatchObserver."""
        self.statistics.batch_ended(seconds, calls=calls, failed=failed)

    def job_rejected(self, reason: ServingError) -> None:
        """See BatchObserver."""
        self.statistics.job_rejected()
        self._metrics.rejected(reason)

    def decoded(self, seconds: float) -> None:
        """One encoded picture was read."""
        self.statistics.decoded(seconds)
        self._decode_seconds.observe(seconds)

    def predicted(self, probabilities: NDArray[np.float32]) -> None:
        """Count the best labels of probabilities [n, K]: a shift of either tells that the pictures have changed."""
        counts = np.bincount(probabilities.argmax(axis=1), minlength=len(self._predictions))
        for label in np.flatnonzero(counts):
            self._predictions[label].inc(counts[label])
        for confidence in probabilities.max(axis=1).tolist():
            self._confidence.observe(confidence)
