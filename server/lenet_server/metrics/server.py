"""Counts requests and models, in the table of one process. `exposition` exposes it to Prometheus.

The methods are called once for a batch, not once for a call, where the work is done in batches.
"""

import threading
from collections.abc import Callable, Sequence

from lenet_server.errors import (
    CallerGone,
    DeadlineExceeded,
    PermissionDenied,
    QueueFull,
    ServingError,
    Unauthenticated,
    Unavailable,
)
from lenet_server.metrics import definitions
from lenet_server.metrics.histogram import Histogram
from lenet_server.metrics.shared_memory import CountTable, Row, SharedCounts

# The keys of a model's metadata that lenet_model_info shows.
TOLD = ("dataset", "test_accuracy", "parameters", "trainer_version", "created")

REASONS: dict[type[ServingError], str] = {
    QueueFull: "queue_full",
    Unavailable: "draining",
    DeadlineExceeded: "deadline_exceeded",
    CallerGone: "cancelled",
    Unauthenticated: "unauthenticated",
    PermissionDenied: "permission_denied",
}


class Metrics:
    """The counts of one process. Thread-safe.

    Attributes: `counts`, with what all processes of the server have counted; `table`, which is this one's; and `lock`,
    held while it is written to, since `+=` may be interrupted.
    """

    def __init__(self, counts: SharedCounts, number: int = 0) -> None:
        """Write to the table with that number."""
        self.counts = counts
        self.table: CountTable = counts.tables[number]
        self.lock = threading.Lock()
        self._in_flight = self.table.row(definitions.IN_FLIGHT.name)
        self._requests: dict[tuple[str, str], Row] = {}
        self._request_seconds: dict[str, Histogram] = {}
        self._rejected: dict[type[ServingError], Row] = {}
        self._info: dict[tuple[str, str], Row] = {}
        self._writers: dict[tuple[str, str], Callable[[], None]] = {}
        self._queues: dict[tuple[str, str], Callable[[], int]] = {}

    def request_started(self) -> None:
        """Count a request that has arrived."""
        self.requests_started(1)

    def requests_started(self, number: int) -> None:
        """Count requests that have arrived."""
        with self.lock:
            self._in_flight[0] += number

    def request_finished(self, method: str, code: str, seconds: float) -> None:
        """Count a request that ended with this gRPC status, and its duration in seconds."""
        self.requests_finished(method, code, (seconds,))

    def requests_finished(self, method: str, code: str, seconds: Sequence[float]) -> None:
        """Count requests that ended with this gRPC status, and the duration of each in seconds."""
        with self.lock:
            self._ended(method, code, len(seconds))
            if method not in self._request_seconds:
                self._request_seconds[method] = Histogram(self.table, definitions.REQUEST_SECONDS, method)
            self._request_seconds[method].observe_all(seconds)

    def request_abandoned(self, method: str) -> None:
        """Count a request that ended with its stream before its response: it has no duration."""
        with self.lock:
            self._ended(method, "CANCELLED", 1)

    def rejected(self, reason: ServingError) -> None:
        """Count a request that was refused or dropped before the model ran."""
        kind = type(reason)
        with self.lock:
            if kind not in self._rejected:
                self._rejected[kind] = self.table.row(definitions.REJECTED.name, REASONS[kind])
            self._rejected[kind][0] += 1.0

    def model_served(self, name: str, version: int, metadata: dict[str, str]) -> None:
        """Mark a model version as served."""
        told = [text for key in TOLD if key in metadata for text in (key, metadata[key])]
        model = (name, str(version))
        with self.lock:
            self.table.row(definitions.READY.name, *model)[0] = 1.0
            self._forget_info(model)
            self._info[model] = self.table.row(definitions.MODEL_INFO.name, *model, *told)
            self._info[model][0] = 1.0

    def model_retired(self, name: str, version: int) -> None:
        """Mark a model version as no longer served. Its counts stay."""
        model = (name, str(version))
        with self.lock:
            self.table.row(definitions.READY.name, *model)[0] = 0.0
            self._forget_info(model)
            self._queues.pop(model, None)
            self._writers.pop(model, None)
            self.table.row(definitions.QUEUE_LENGTH.name, *model)[0] = 0.0

    def queue_length(self, name: str, version: int, read: Callable[[], int]) -> None:
        """Register a model's queue, whose length sample() reads."""
        with self.lock:
            self._queues[name, str(version)] = read
            self.table.row(definitions.QUEUE_LENGTH.name, name, str(version))

    def written_by(self, name: str, version: int, write: Callable[[], None]) -> None:
        """Register a function with which sample() writes a model's pending counts."""
        self._writers[name, str(version)] = write

    def sample(self) -> None:
        """Write pending counts, and the gauges: the lengths of the queues."""
        for write in list(self._writers.values()):
            write()
        with self.lock:
            for model, read in self._queues.items():
                self.table.row(definitions.QUEUE_LENGTH.name, *model)[0] = read()

    def _ended(self, method: str, code: str, number: int) -> None:
        self._in_flight[0] -= number
        row = self._requests.get((method, code))
        if row is None:
            row = self._requests[method, code] = self.table.row(definitions.REQUESTS.name, method, code)
        row[0] += number

    def _forget_info(self, model: tuple[str, str]) -> None:
        if model in self._info:
            self._info.pop(model)[0] = 0.0
