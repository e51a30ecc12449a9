"""Counts the calls and batches of one model version, in the table of one process."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.batcher import Computed
from lenet_server.errors import ServingError
from lenet_server.metrics import definitions
from lenet_server.metrics.histogram import MANY, Histogram
from lenet_server.metrics.server import Metrics
from lenet_server.metrics.shared_memory import Row
from lenet_server.metrics.statistics import (
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

# To write down many batches together costs little more than one. A busy server does not come to it sooner, and in an
# idle one nothing is left untold.
MOST_TOLD = 16


class ModelMetrics:
    """The batcher's observer. Thread-safe."""

    def __init__(self, metrics: Metrics, name: str, version: int, labels: Sequence[str]) -> None:
        self._metrics = metrics
        self._name, self._version = name, version
        self._model = model = (name, str(version))
        self._lock = metrics.lock
        self._table = table = metrics.table
        self._told: list[Computed] = []
        with self._lock:
            self._queue_seconds = Histogram(table, definitions.QUEUE_SECONDS, *model)
            self._inference_seconds = Histogram(table, definitions.INFERENCE_SECONDS, *model)
            self._decode_seconds = Histogram(table, definitions.DECODE_SECONDS, *model)
            self._confidence = Histogram(table, definitions.CONFIDENCE, *model)
            self._predictions = table.row(definitions.PREDICTIONS.name, *model, *labels, width=len(labels))
            self._calls = table.row(CALLS, *model, width=CALLS_WIDTH)
            self._last_run = table.row(LAST_RUN, *model)
        metrics.written_by(name, version, self.write)
        self._prediction_counts = np.asarray(self._predictions)
        self._runs: dict[int, Row] = {}
        self._row_of_runs(1)  # so that Prometheus sees the model's counters begin at 0

    def statistics(self) -> Statistics:
        """Return the counts of the whole server, for API calls."""
        self.write()
        return statistics(self._metrics.counts, self._name, self._version)

    def batch_computed(self, batch: Computed) -> None:
        """See BatchObserver."""
        with self._lock:
            self._told.append(batch)
            if len(self._told) >= MOST_TOLD:
                self._write()

    def write(self) -> None:
        """See BatchObserver."""
        with self._lock:
            if self._told:
                self._write()

    def _write(self) -> None:
        told, self._told = self._told, []
        calls = self._calls
        for batch in told:
            begun, in_model = len(batch.queue_seconds), batch.calls * batch.seconds
            outcome = FAILED if batch.probabilities is None else ANSWERED
            calls[outcome] += begun
            calls[outcome + 1] += sum(batch.queue_seconds) + in_model
            calls[COMPUTED] += begun
            calls[COMPUTED + 1] += in_model
            self._queue_seconds.observe_all(batch.queue_seconds)
            if batch.probabilities is not None:
                self._inference_seconds.observe(batch.seconds)
                run = self._runs.get(batch.images) or self._row_of_runs(batch.images)
                run[0] += 1.0
                run[1] += batch.seconds
        self._last_run[0] = time.time()
        answered = [batch.probabilities for batch in told if batch.probabilities is not None]
        if answered:
            self._predicted(answered[0] if len(answered) == 1 else np.concatenate(answered))

    def job_rejected(self, reason: ServingError) -> None:
        """See BatchObserver."""
        with self._lock:
            self._calls[FAILED] += 1.0
        self._metrics.rejected(reason)

    def decoded(self, seconds: float) -> None:
        """Count a decoded picture, and the seconds it took."""
        with self._lock:
            self._decode_seconds.observe(seconds)

    def _predicted(self, probabilities: NDArray[np.float32]) -> None:
        """Count the best labels of probabilities [n, K] and their scores; a shift of either shows drift."""
        best = probabilities.argmax(axis=1)
        if len(best) < MANY:
            for label in best.tolist():
                self._predictions[label] += 1.0
        else:
            self._prediction_counts += np.bincount(best, minlength=len(self._predictions))
        self._confidence.observe_all(probabilities.max(axis=1).tolist())

    def _row_of_runs(self, images: int) -> Row:
        row = self._runs[images] = self._table.row(RUNS, *self._model, str(images), width=2)
        return row
