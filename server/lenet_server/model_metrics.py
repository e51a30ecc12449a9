"""What is counted of one model version while serving, in the table of one process."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lenet_server import families
from lenet_server.counts import Row
from lenet_server.errors import ServingError
from lenet_server.histogram import MANY, Histogram
from lenet_server.metrics import Metrics
from lenet_server.model_statistics import (
    ANSWERED,
    CALLS,
    CALLS_WIDTH,
    COMPUTED,
    FAILED,
    LAST_RUN,
    RUNS,
    Statistics,
    statistics,
)


class ModelMetrics:
    """The batcher's observer. Any thread may count, and one at a time tells of batches."""

    def __init__(self, metrics: Metrics, name: str, version: int, labels: Sequence[str]) -> None:
        self._metrics = metrics
        self._name, self._version = name, version
        self._model = model = (name, str(version))
        self._lock = metrics.lock
        self._table = table = metrics.table
        self._waited = 0.0  # seconds: the calls of the batch that is being computed, together
        self._begun = 0  # their number
        with self._lock:
            self._queue_seconds = Histogram(table, families.QUEUE_SECONDS, *model)
            self._inference_seconds = Histogram(table, families.INFERENCE_SECONDS, *model)
            self._decode_seconds = Histogram(table, families.DECODE_SECONDS, *model)
            self._confidence = Histogram(table, families.CONFIDENCE, *model)
            self._predictions = table.row(families.PREDICTIONS.name, *model, *labels, width=len(labels))
            self._calls = table.row(CALLS, *model, width=CALLS_WIDTH)
            self._last_run = table.row(LAST_RUN, *model)
        self._prediction_counts = np.asarray(self._predictions)
        self._runs: dict[int, Row] = {}
        self._row_of_runs(1)  # so that Prometheus sees the model's counters begin at 0

    def statistics(self) -> Statistics:
        """The same for callers of the API, and of the whole server."""
        return statistics(self._metrics.counts, self._name, self._version)

    def batch_started(self, queue_seconds: Sequence[float]) -> None:
        """See BatchObserver."""
        self._begun, self._waited = len(queue_seconds), sum(queue_seconds)
        with self._lock:
            self._queue_seconds.observe_all(queue_seconds)

    def batch_finished(self, images: int, seconds: float) -> None:
        """See BatchObserver."""
        with self._lock:
            self._inference_seconds.observe(seconds)
            run = self._runs.get(images) or self._row_of_runs(images)
            run[0] += 1.0
            run[1] += seconds
            self._last_run[0] = time.time()

    def batch_ended(self, seconds: float, *, calls: int, failed: bool) -> None:
        """See BatchObserver."""
        begun = self._begun
        in_model = calls * seconds
        outcome = FAILED if failed else ANSWERED
        row = self._calls
        with self._lock:
            row[outcome] += begun
            row[outcome + 1] += self._waited + in_model
            row[COMPUTED] += begun
            row[COMPUTED + 1] += in_model

    def job_rejected(self, reason: ServingError) -> None:
        """See BatchObserver."""
        with self._lock:
            self._calls[FAILED] += 1.0
        self._metrics.rejected(reason)

    def decoded(self, seconds: float) -> None:
        """One encoded picture was read."""
        with self._lock:
            self._decode_seconds.observe(seconds)

    def predicted(self, probabilities: NDArray[np.float32]) -> None:
        """Count the best labels of probabilities [n, K]: a shift of either tells that the pictures have changed."""
        best = probabilities.argmax(axis=1)
        confidences = probabilities[np.arange(len(best)), best].tolist()
        with self._lock:
            if len(best) < MANY:
                for label in best.tolist():
                    self._predictions[label] += 1.0
            else:
                self._prediction_counts += np.bincount(best, minlength=len(self._predictions))
            self._confidence.observe_all(confidences)

    def _row_of_runs(self, images: int) -> Row:
        row = self._runs[images] = self._table.row(RUNS, *self._model, str(images), width=2)
        return row
