"""Runs the model on batches of the jobs that have queued: everything that came while the model was busy is the next.

Batching is work-conserving: a free model takes what waits, be it one job, so an idle server answers at once and a busy
one fills its batches. `max_delay_seconds` may hold a batch back to let it grow; the default is 0.

The batcher knows arrays and callbacks, and neither gRPC nor ONNX. Each job carries the callback for its own reply. A
job larger than a batch is computed in parts, and more urgent jobs can run between them.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.call_context import BatchRun
from lenet_server.batching.job import Job, Outputs
from lenet_server.batching.priority_queue import BatchSlice
from lenet_server.batching.queue import JobQueue
from lenet_server.errors import ServingError


class Computed(NamedTuple):
    """One run of the model."""

    queue_seconds: Sequence[float]  # the queue time of each job that began with this run
    calls: int  # jobs with images in it: those, and jobs of which it computed a further part
    seconds: float
    images: int
    probabilities: NDArray[np.float32] | None  # [n, K]; None where the model failed


class BatchObserver(Protocol):
    """Receives what the batcher does, for metrics."""

    def batch_computed(self, batch: Computed) -> None:
        """The model has run; called before the jobs get their replies."""

    def job_rejected(self, reason: ServingError) -> None:
        """A job was refused, or dropped from the queue: nothing was computed for it."""

    def write(self) -> None:
        """The batcher is idle: write down what was received."""


class Batcher:
    """A bounded queue before a model, and the thread that empties it.

    Call submit() to queue a job for that thread. A thread that brings jobs and could compute them itself does so
    through an `InlineRunner`, which saves two thread switches for each batch. The model runs in one thread at a time.
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
        record_runs: bool = False,
    ) -> None:
        """`inline` lets callers' threads compute: set it to False for a slow model, which would block them.

        `record_runs` adds each run of the model to the timings of its jobs.
        """
        self._predict = predict
        self._observer = observer
        self._inline = inline and not max_delay_seconds
        self._record_runs = record_runs
        self._queue = JobQueue(max_queue_size, max_batch_size, max_delay_seconds, observer.job_rejected)
        self._computing = threading.Lock()
        self._thread = threading.Thread(target=self._loop, name=f"batcher {name}")

    def __len__(self) -> int:
        """The number of jobs that wait."""
        return len(self._queue)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job. Raises QueueFull at once when the queue is full, ModelRetired after stop()."""
        self._queue.append(job, notify=True)

    def stop(self) -> None:
        """Refuse new jobs, answer those that wait, and end the thread."""
        self._queue.close()
        if self._thread.is_alive():
            self._thread.join()

    def submit_inline(self, job: Job) -> None:
        """Queue a job without waking the thread, if callers may compute. Raises as submit(). For InlineRunner."""
        self._queue.append(job, notify=not self._inline)

    def compute_next(self) -> bool:
        """Compute one batch in this thread if the model is free and callers may compute. For InlineRunner.

        Returns whether jobs still wait for this thread.
        """
        if not self._inline or not self._computing.acquire(blocking=False):
            return False
        try:
            self._compute(self._queue.next_batch())
        finally:
            self._computing.release()
        # After the release: a thread that queued a job before it, and could not compute, relies on this check.
        return len(self._queue) > 0

    def compute_now(self, images: NDArray[np.uint8], queue_seconds: Sequence[float]) -> Outputs | None:
        """Compute images [n, C, H, W], at most a batch, ahead of the queue, in this thread. For InlineRunner.

        `queue_seconds` are the queue times of the calls. Returns None if the model is busy, jobs wait, or callers may
        not compute. Raises what the model raises, without reporting it: the calls are then submitted, and fail there.
        """
        if not self._inline or self._queue or self._queue.is_closed or not self._computing.acquire(blocking=False):
            return None
        try:
            return self._run(images, queue_seconds, len(queue_seconds), report_failure=False)
        finally:
            self._computing.release()
            if self._queue:
                self.wake()

    def wake(self) -> None:
        """Leave the jobs that wait to the batcher's thread. For InlineRunner."""
        self._queue.notify()

    def flush(self) -> None:
        """Have the observer write down what it received. For InlineRunner, when no job waits."""
        self._observer.write()

    def _loop(self) -> None:
        while self._queue.wait():
            with self._computing:
                self._compute(self._queue.next_batch())
            if not self._queue:
                self.flush()

    def _compute(self, slices: list[BatchSlice]) -> None:
        """Run the model once, and reply to each job that is complete."""
        if not slices:
            return
        try:
            outputs = self._outputs(slices)
        except Exception as error:  # noqa: BLE001 the error belongs to these callers; the batcher lives on
            self._fail([job for job, _, _ in slices], error)
            return
        position = 0
        for job, start, stop in slices:
            end = position + stop - start
            job.add(outputs.part(position, end))
            position = end

    def _outputs(self, slices: list[BatchSlice]) -> Outputs:
        began = time.monotonic()
        queue_seconds = [began - job.queued_at for job, start, _ in slices if not start]
        try:
            return self._run(_images(slices), queue_seconds, len(slices))
        finally:
            if self._record_runs:
                _record_run(slices, began)

    def _run(
        self, images: NDArray[np.uint8], queue_seconds: Sequence[float], calls: int, *, report_failure: bool = True
    ) -> Outputs:
        """Run the model once, and report the run to the observer. Raises what the model raises."""
        began = time.monotonic()
        probabilities = None
        try:
            outputs = self._predict(images)
            probabilities = outputs.probabilities
        finally:
            if report_failure or probabilities is not None:
                seconds = time.monotonic() - began
                self._observer.batch_computed(Computed(queue_seconds, calls, seconds, len(images), probabilities))
        return outputs

    def _fail(self, jobs: Sequence[Job], error: Exception) -> None:
        """Reply with the error; the rest of a job that was only begun is not computed."""
        self._queue.remove(jobs)
        for job in jobs:
            job.reply(error)


def _images(slices: list[BatchSlice]) -> NDArray[np.uint8]:
    """The images of a batch, [n, C, H, W]."""
    parts = [job.images if stop - start == job.size else job.images[start:stop] for job, start, stop in slices]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _record_run(slices: list[BatchSlice], began: float) -> None:
    """Add a run of the model that has just ended to the timings of its jobs."""
    run = BatchRun(began, time.monotonic(), sum(stop - start for _, start, stop in slices), len(slices))
    for job, _, _ in slices:
        if job.timings:
            job.timings.runs.append(run)
            job.timings.queued_at = job.queued_at
