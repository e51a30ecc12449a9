"""Turns the calls that have come into batches: whatever queued while the model was busy is the next batch.

Nothing waits for a timer: a free model takes what is there, be it one call, so an idle server answers at once and a
busy one fills its batches by itself. `max_delay_seconds` may hold a batch back to let it grow; the default is not to.

The batcher knows arrays and callbacks, and neither gRPC nor ONNX. Each call brings the callback for its own reply,
so no answer can reach another caller, and a caller that left holds up nobody. A call larger than a batch is computed
in parts, between which more urgent calls have their turn.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.job import Job, Outputs, lost
from lenet_server.batching.queue import JobQueue, Share
from lenet_server.errors import ModelRetired, QueueFull, ServingError


class Computed(NamedTuple):
    """One run of the model."""

    queue_seconds: Sequence[float]  # how long each call that began with it had waited
    calls: int  # whose images were in it: those, and calls of which it computed a further part
    seconds: float
    images: int
    probabilities: NDArray[np.float32] | None  # [n, K]; None where the model failed


class BatchObserver(Protocol):
    """Is told what the batcher does."""

    def batch_computed(self, batch: Computed) -> None:
        """The model has run; the calls are about to get their answers, or the error that it raised."""

    def job_rejected(self, reason: ServingError) -> None:
        """A call was refused, or dropped from the queue: nothing was computed for it."""

    def write(self) -> None:
        """Nothing waits: there is time to write down what was told."""


# Is told, where somebody watches calls, what each run of the model took of them, when it began and when it ended.
Watch = Callable[[Sequence[Share], float, float], None]


class Batcher:
    """A bounded queue before a model.

    A thread of its own empties it. A caller's thread may do so as well, by step(), which saves the way to the other
    thread and back; they never compute at the same time.
    """

    def __init__(
        self,
        predict: Callable[[NDArray[np.uint8]], Outputs],
        observer: BatchObserver,
        *,
        name: str,
        max_batch_size: int = 64,
        max_delay_seconds: float = 0.0,
        max_queue_size: int = 1024,
        inline: bool = True,
        watch: Watch | None = None,
    ) -> None:
        """`inline` lets the threads of callers compute: not for a model so slow that they have better things to do."""
        self._predict = predict
        self._observer = observer
        self._max_batch_size = max_batch_size
        self._max_delay_seconds = max_delay_seconds
        self._max_queue_size = max_queue_size
        self._inline = inline and not max_delay_seconds
        self._watch = watch
        self._queue = JobQueue()
        self._lock = threading.Lock()  # of the queue
        self._changed = threading.Condition(self._lock)
        self._computing = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name=f"batcher {name}")

    def __len__(self) -> int:
        """The number of calls that wait."""
        return len(self._queue)

    def start(self) -> None:
        """Begin to compute what is submitted."""
        self._thread.start()

    def submit(self, job: Job, *, wake: bool = True) -> None:
        """Queue a call. Raises QueueFull at once when the queue is full, ModelRetired after stop().

        Whoever does not `wake` the batcher's thread calls step() next.
        """
        with self._lock:
            if self._stopping:
                raise ModelRetired
            if len(self._queue) >= self._max_queue_size:
                self._make_room()
            self._queue.append(job)
            if wake or not self._inline:
                self._changed.notify()

    def step(self) -> bool:
        """Compute one batch in this thread, unless another thread is computing, or must.

        Returns whether calls still wait, for which the caller takes another step, or has the batcher's thread wake().
        """
        if not self._inline or not self._computing.acquire(blocking=False):
            return False
        try:
            self._compute(self._next_batch())
        finally:
            self._computing.release()
        # After the release: whoever queued a call before it, and could not compute, relies on this.
        return len(self._queue) > 0

    def run(self, images: NDArray[np.uint8], queue_seconds: Sequence[float]) -> Outputs | None:
        """Compute images [n, C, H, W], a batch at most, for calls that waited so long, in this thread and at once.

        Returns None where that cannot be: the model is busy, or its threads must compute, or others wait already.
        Raises what the model raises, of which the observer is not told: such calls are submitted, and fail again.
        """
        if not self._inline or self._queue or self._stopping or not self._computing.acquire(blocking=False):
            return None
        try:
            began = time.monotonic()
            outputs = self._predict(images)
            seconds = time.monotonic() - began
            calls = len(queue_seconds)
            self._observer.batch_computed(Computed(queue_seconds, calls, seconds, len(images), outputs.probabilities))
            return outputs
        finally:
            self._computing.release()
            if self._queue:
                self.wake()

    def wake(self) -> None:
        """Have the batcher's thread see to what waits."""
        with self._changed:
            self._changed.notify()

    def write(self) -> None:
        """Have the observer write down what it was told: for whoever has taken steps, when nothing waits any more."""
        self._observer.write()

    def stop(self) -> None:
        """Refuse new calls, answer those that wait, and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _make_room(self) -> None:
        """Take those who have left out of the queue. Raises QueueFull where none has."""
        now = time.monotonic()
        self._queue.discard(lambda job: self._dropped(job, now))
        if len(self._queue) >= self._max_queue_size:
            refusal = QueueFull(f"{len(self._queue)} requests wait already: try again later, or at another server")
            self._observer.job_rejected(refusal)
            raise refusal

    def _loop(self) -> None:
        while self._wait():
            with self._computing:
                self._compute(self._next_batch())
            if not self._queue:
                self.write()

    def _wait(self) -> bool:
        """Wait until a batch is due; False when stopped and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            if self._queue and self._max_delay_seconds:
                remaining = self._queue.oldest() + self._max_delay_seconds - time.monotonic()
                self._changed.wait_for(lambda: self._stopping or self._is_full(), max(0.0, remaining))
            return len(self._queue) > 0 or not self._stopping

    def _is_full(self) -> bool:
        return self._queue.images() >= self._max_batch_size

    def _next_batch(self) -> list[Share]:
        """Take as much from the queue as fits into a batch."""
        now = time.monotonic()
        with self._lock:
            return self._queue.take(self._max_batch_size, lambda job: self._dropped(job, now))

    def _dropped(self, job: Job, now: float) -> bool:
        """Whether the caller of the job has left; then it is told why there is no answer."""
        reason = lost(job.caller, job.deadline, now)
        if reason is None:
            return False
        self._observer.job_rejected(reason)
        job.reply(reason)
        return True

    def _compute(self, shares: list[Share]) -> None:
        """Run the model once, and reply to each call that is complete."""
        if not shares:
            return
        try:
            outputs = self._outputs(shares)
        except Exception as error:  # noqa: BLE001 whatever was raised belongs to these callers; the batcher lives on
            self._fail([job for job, _, _ in shares], error)
            return
        position = 0
        for job, start, stop in shares:
            end = position + stop - start
            job.answer(outputs.part(position, end))
            position = end

    def _outputs(self, shares: list[Share]) -> Outputs:
        began = time.monotonic()
        waited = [began - job.queued_at for job, start, _ in shares if not start]
        try:
            return self._run(_images(shares), waited, len(shares))
        finally:
            if self._watch:
                self._watch(shares, began, time.monotonic())

    def _run(self, images: NDArray[np.uint8], queue_seconds: Sequence[float], calls: int) -> Outputs:
        """Run the model once, and tell the observer."""
        began = time.monotonic()
        probabilities = None
        try:
            outputs = self._predict(images)
            probabilities = outputs.probabilities
        finally:
            seconds = time.monotonic() - began
            self._observer.batch_computed(Computed(queue_seconds, calls, seconds, len(images), probabilities))
        return outputs

    def _fail(self, jobs: Sequence[Job], error: Exception) -> None:
        """Tell the callers; of a call that was only begun, the rest is not computed."""
        with self._lock:
            self._queue.discard(lambda job: job in jobs)
        for job in jobs:
            job.reply(error)


def _images(shares: list[Share]) -> NDArray[np.uint8]:
    """The images of a batch, [n, C, H, W]."""
    parts = [job.images if stop - start == job.size else job.images[start:stop] for job, start, stop in shares]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
