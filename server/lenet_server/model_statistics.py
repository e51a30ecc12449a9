"""What has been counted of one model version since it went into service, for clients that ask over the API.

Prometheus gets its own figures from `metrics`; these are the ones that the inference protocol's ModelStatistics names.
"""

import threading
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field


@dataclass
class Spent:
    """How often something was done, and how long it took altogether."""

    count: int = 0
    seconds: float = 0.0

    def add(self, count: int, seconds: float) -> None:
        """Count so many more, which took so long together."""
        self.count += count
        self.seconds += seconds


@dataclass
class Statistics:
    """The counters. A call's time is counted for each call, though several share one run of the model."""

    last_run: float = 0.0  # when the model last ran, in the seconds of time.time(); 0 for never
    images: int = 0
    answered: Spent = field(default_factory=Spent)  # calls, from the queue to the model's answer
    failed: Spent = field(default_factory=Spent)  # calls that the queue refused or dropped, or the model failed on
    queue: Spent = field(default_factory=Spent)  # calls, waiting for the model
    compute: Spent = field(default_factory=Spent)  # calls, in the model
    decode: Spent = field(default_factory=Spent)  # encoded pictures
    runs: dict[int, Spent] = field(default_factory=dict)  # runs of the model, by the number of their images


class ModelStatistics:
    """Counts, once per batch. Batches are told by one thread, the rest by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted = Statistics()
        self._queue = Spent()  # of the batch that is being computed

    def now(self) -> Statistics:
        """What has been counted so far."""
        with self._lock:
            return deepcopy(self._counted)

    def batch_started(self, queue_seconds: Sequence[float]) -> None:
        """See BatchObserver."""
        self._queue = Spent(len(queue_seconds), sum(queue_seconds))

    def batch_finished(self, images: int, seconds: float) -> None:
        """See BatchObserver."""
        with self._lock:
            self._counted.last_run = time.time()
            self._counted.images += images
            self._counted.runs.setdefault(images, Spent()).add(1, seconds)

    def batch_ended(self, seconds: float, *, calls: int, failed: bool) -> None:
        """See BatchObserver."""
        begun, queue_seconds = self._queue.count, self._queue.seconds
        outcome = self._counted.failed if failed else self._counted.answered
        with self._lock:
            self._counted.queue.add(begun, queue_seconds)
            self._counted.compute.add(begun, calls * seconds)
            outcome.add(begun, queue_seconds + calls * seconds)

    def job_rejected(self) -> None:
        """See BatchObserver."""
        with self._lock:
            self._counted.failed.add(1, 0.0)

    def decoded(self, seconds: float) -> None:
        """One encoded picture was read."""
        with self._lock:
            self._counted.decode.add(1, seconds)
