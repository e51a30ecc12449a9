"""Lets a thread that brings calls compute their batches itself, instead of waking the batcher's thread and waiting."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.batcher import Batcher
from lenet_server.batching.job import Job, Outputs


class InlineRunner:
    """Submits jobs from one thread and computes them there. Belongs to that thread.

    A thread with one call: submit(), then finish(). A transport's loop: submit() what has come, step() in each round
    while `is_busy`, and flush() in a round in which nothing came.
    """

    def __init__(self) -> None:
        self._waiting: set[Batcher] = set()  # those with jobs for this thread
        self._unwritten: set[Batcher] = set()  # those with runs here that their observers have not written down

    @property
    def is_busy(self) -> bool:
        """Whether there is something to compute, or to write down."""
        return bool(self._waiting or self._unwritten)

    def submit(self, batcher: Batcher, job: Job) -> None:
        """Queue a job, to be computed by this thread if the model is free. Raises as Batcher.submit()."""
        batcher.submit_inline(job)
        self._waiting.add(batcher)

    def compute_now(
        self, batcher: Batcher, images: NDArray[np.uint8], queue_seconds: Sequence[float]
    ) -> Outputs | None:
        """Compute images [n, C, H, W] ahead of the queue, or return None: see Batcher.compute_now()."""
        outputs = batcher.compute_now(images, queue_seconds)
        if outputs is not None:
            self._unwritten.add(batcher)
        return outputs

    def step(self) -> None:
        """Compute one batch of each model for which jobs wait."""
        if self._waiting:
            self._unwritten |= self._waiting
            self._waiting = {batcher for batcher in self._waiting if batcher.compute_next()}

    def flush(self) -> None:
        """Have the observers write down what was computed here, unless jobs still wait."""
        if not self._waiting:
            for batcher in self._unwritten:
                batcher.flush()
            self._unwritten.clear()

    def finish(self) -> None:
        """Compute one batch, and leave the jobs that then wait to the batcher's own thread."""
        for batcher in self._waiting | self._unwritten:
            if batcher.compute_next():
                batcher.wake()
            else:
                batcher.flush()
        self._waiting.clear()
        self._unwritten.clear()
