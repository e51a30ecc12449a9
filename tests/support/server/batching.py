"""A batcher without a server: models as functions, a recording observer, and calls."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.batcher import Batcher, Computed
from lenet_server.batching.job import Job, Outputs
from lenet_server.errors import ServingError
from tests.support.server.someone import Someone

Images = NDArray[np.uint8]


class Journal:
    """A BatchObserver that records batches and rejections."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.ended: list[bool] = []
        self.rejected: list[type[ServingError]] = []

    def batch_computed(self, batch: Computed) -> None:
        assert batch.seconds >= 0
        assert all(seconds >= 0 for seconds in batch.queue_seconds)
        assert batch.calls >= len(batch.queue_seconds)
        assert batch.probabilities is None or len(batch.probabilities) == batch.images
        self.batches.append(batch.images)
        self.ended.append(batch.probabilities is None)

    def job_rejected(self, reason: ServingError) -> None:
        self.rejected.append(type(reason))

    def write(self) -> None:
        """Do nothing: everything is recorded at once."""


class Gate:
    """A model as echo() that blocks until `open` is set. `busy` is set once it has been called."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.busy = threading.Event()

    def __call__(self, images: Images) -> Outputs:
        self.busy.set()
        assert self.open.wait(10)
        return echo(images)


def echo(images: Images) -> Outputs:
    """A model that returns each image's first pixel."""
    answers = images[:, 0, 0, :1].astype(np.float32)
    return Outputs(answers, answers)


def fail(_: Images) -> Outputs:
    """A model that raises RuntimeError."""
    raise RuntimeError("no such luck")


def images(*values: int) -> Images:
    """Return images of one pixel each, [n, 1, 1, 1]."""
    return np.array(values, np.uint8).reshape(-1, 1, 1, 1)


@contextmanager
def running(
    predict: Callable[[Images], Outputs], journal: Journal | None = None, **options: float
) -> Iterator[Batcher]:
    """Run a batcher for the length of a `with` block."""
    batcher = Batcher(predict, journal or Journal(), name="test", **options)  # type: ignore[arg-type]
    batcher.start()
    try:
        yield batcher
    finally:
        batcher.stop()


def ask(batcher: Batcher, *values: int) -> Outputs | Exception:
    """Submit a job with these images, and return its outputs or its error."""
    answer: SimpleQueue[Outputs | Exception] = SimpleQueue()
    batcher.submit(Job(images(*values), answer.put, Someone()))
    return answer.get(timeout=10)


def answers(outcome: Outputs | Exception) -> list[int]:
    """Return the model's output for each image. Fails if the job ended with an error."""
    assert isinstance(outcome, Outputs)
    return [int(value) for value in outcome.probabilities[:, 0]]
