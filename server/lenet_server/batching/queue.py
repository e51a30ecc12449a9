"""The bounded, thread-safe queue before a model: refuses when full, and drops the jobs of callers who have left."""

import threading
import time
from collections.abc import Callable, Sequence

from lenet_server.batching.job import Job, drop_reason
from lenet_server.batching.priority_queue import BatchSlice, PriorityQueue
from lenet_server.errors import ModelRetired, QueueFull, ServingError


class JobQueue:
    """Holds jobs until a batch is taken. Any thread may call it."""

    def __init__(
        self,
        max_size: int,
        max_batch_size: int,
        max_delay_seconds: float,
        rejected: Callable[[ServingError], None],
    ) -> None:
        """`rejected` is called for each job that is refused or dropped."""
        self._max_size = max_size
        self._max_batch_size = max_batch_size
        self._max_delay_seconds = max_delay_seconds
        self._rejected = rejected
        self._jobs = PriorityQueue()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._closed = False

    def __len__(self) -> int:
        """The number of jobs that wait."""
        return len(self._jobs)

    @property
    def is_closed(self) -> bool:
        """Whether jobs are refused for good."""
        return self._closed

    def append(self, job: Job, *, notify: bool) -> None:
        """Add a job, and wake the thread in wait() if `notify`.

        Raises QueueFull at once when the queue is full, ModelRetired after close().
        """
        with self._lock:
            if self._closed:
                raise ModelRetired
            if len(self._jobs) >= self._max_size:
                self._make_room()
            self._jobs.append(job)
            if notify:
                self._changed.notify()

    def next_batch(self) -> list[BatchSlice]:
        """Take as many images as fit into a batch; empty when nothing waits."""
        now = time.monotonic()
        with self._lock:
            return self._jobs.take(self._max_batch_size, lambda job: self._drop(job, now))

    def remove(self, jobs: Sequence[Job]) -> None:
        """Remove what is left of these jobs."""
        with self._lock:
            self._jobs.discard(lambda job: job in jobs)

    def wait(self) -> bool:
        """Wait until a batch is due. Returns False when the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed)
            if self._jobs and self._max_delay_seconds:
                remaining = self._jobs.oldest() + self._max_delay_seconds - time.monotonic()
                self._changed.wait_for(lambda: self._closed or self._fills_a_batch(), max(0.0, remaining))
            return len(self._jobs) > 0 or not self._closed

    def notify(self) -> None:
        """Wake the thread in wait()."""
        with self._changed:
            self._changed.notify()

    def close(self) -> None:
        """Refuse jobs from now on; those that wait can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _fills_a_batch(self) -> bool:
        return self._jobs.images() >= self._max_batch_size

    def _make_room(self) -> None:
        """Drop the jobs of callers who have left. Raises QueueFull if there are none."""
        now = time.monotonic()
        self._jobs.discard(lambda job: self._drop(job, now))
        if len(self._jobs) >= self._max_size:
            refusal = QueueFull(f"{len(self._jobs)} requests wait already: try again later, or at another server")
            self._rejected(refusal)
            raise refusal

    def _drop(self, job: Job, now: float) -> bool:
        """Whether the job's caller has left; the job then gets its reply, the reason."""
        reason = drop_reason(job.caller, job.deadline, now)
        if reason is None:
            return False
        self._rejected(reason)
        job.reply(reason)
        return True
