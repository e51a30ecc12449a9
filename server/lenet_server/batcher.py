"""Turns the calls that have come into batches: whatever queued while the model was busy is the next batch.

Nothing waits for a timer: a free model takes what is there, be it one call, so an idle server answers at once and a
busy one fills its batches by itself. `max_delay_seconds` may hold a batch back to let it grow; the default is not to.

The batcher knows arrays and callbacks, and neither gRPC nor ONNX. Each call brings the callback for its own reply,
so no answer can reach another caller, and a caller that left holds up nobody.
"""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lenet_server.errors import QueueFull, ServingError, Unavailable
from lenet_server.job import Job, Outputs


class BatchObserver(Protocol):
    """Is told what the batcher does."""

    def batch_started(self, queue_seconds: Sequence[float]) -> None:
        """A batch is about to be computed; how long each of its calls waited."""

    def batch_finished(self, images: int, seconds: float) -> None:
        """A batch of so many images was computed in so many seconds; part of one, where a call was split."""

    def batch_ended(self, seconds: float, *, failed: bool) -> None:
        """All calls of the batch are about to get their answers, or the error that the model raised."""

    def job_rejected(self, reason: ServingError) -> None:
        """A call was refused, or dropped from the queue: nothing was computed for it."""


class Batcher:
    """A bounded queue, and the one thread that empties it into the model."""

    def __init__(
        self,
        predict: Callable[[NDArray[np.uint8]], Outputs],
        observer: BatchObserver,
        *,
        name: str,
        max_batch_size: int = 64,
        max_delay_seconds: float = 0.0,
        max_queue_size: int = 1024,
    ) -> None:
        self._predict = predict
        self._observer = observer
        self._max_batch_size = max_batch_size
        self._max_delay_seconds = max_delay_seconds
        self._max_queue_size = max_queue_size
        self._queue: deque[Job] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name=f"batcher {name}")

    def __len__(self) -> int:
        """The number of calls that wait."""
        return len(self._queue)

    def start(self) -> None:
        """Begin to compute what is submitted."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a call. Raises QueueFull at once when the queue is full, Unavailable after stop()."""
        with self._changed:
            if refusal := self._refusal():
                self._observer.job_rejected(refusal)
                raise refusal
            self._queue.append(job)
            self._changed.notify()

    def stop(self) -> None:
        """Refuse new calls, answer those that wait, and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _refusal(self) -> ServingError | None:
        if self._stopping:
            return Unavailable()
        if len(self._queue) >= self._max_queue_size:  # whoever has left the queue makes room first
            self._queue = deque(job for job in self._queue if not self._dropped(job))
        if len(self._queue) >= self._max_queue_size:
            return QueueFull(f"{len(self._queue)} requests wait already: try again later, or at another server")
        return None

    def _loop(self) -> None:
        while (jobs := self._next_batch()) is not None:
            try:
                replies: Sequence[Outputs | Exception] = self._outputs(jobs) if jobs else []
            except Exception as error:  # noqa: BLE001 whatever was raised belongs to these callers; the loop lives on
                replies = [error] * len(jobs)
            for job, reply in zip(jobs, replies, strict=True):
                job.reply(reply)

    def _next_batch(self) -> list[Job] | None:
        """Wait for calls and take as many as fit into a batch; None when stopped and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            if not self._queue:
                return None
            if self._max_delay_seconds:
                remaining = self._queue[0].queued_at + self._max_delay_seconds - time.monotonic()
                self._changed.wait_for(lambda: self._stopping or self._is_full(), max(0.0, remaining))
            jobs: list[Job] = []
            images = 0
            while self._queue and (not jobs or images + len(self._queue[0].images) <= self._max_batch_size):
                job = self._queue.popleft()
                if not self._dropped(job):
                    jobs.append(job)
                    images += len(job.images)
            return jobs

    def _is_full(self) -> bool:
        return sum(len(job.images) for job in self._queue) >= self._max_batch_size

    def _dropped(self, job: Job) -> bool:
        """Whether the caller of the job has left; then it is told why there is no answer."""
        reason = job.lost()
        if reason:
            self._observer.job_rejected(reason)
            job.reply(reason)
        return reason is not None

    def _outputs(self, jobs: list[Job]) -> list[Outputs]:
        """Compute one batch: the outputs of each job."""
        start = time.monotonic()
        self._observer.batch_started([start - job.queued_at for job in jobs])
        failed = True
        try:
            outputs = self._compute([job.images for job in jobs])
            failed = False
        finally:
            self._observer.batch_ended(time.monotonic() - start, failed=failed)
        ends = list(itertools.accumulate(len(job.images) for job in jobs))
        return [outputs.part(end - len(job.images), end) for job, end in zip(jobs, ends, strict=True)]

    def _compute(self, arrays: list[NDArray[np.uint8]]) -> Outputs:
        """Run the model, more than once where a single call brought more images than a batch holds."""
        images = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
        parts = []
        for start in range(0, len(images), self._max_batch_size):
            part = images[start : start + self._max_batch_size]
            began = time.monotonic()
            parts.append(self._predict(part))
            self._observer.batch_finished(len(part), time.monotonic() - began)
        if len(parts) == 1:
            return parts[0]
        return Outputs(
            np.concatenate([part.probabilities for part in parts]), np.concatenate([part.logits for part in parts])
        )
