"""classify_many(): a bounded number of batches in flight, and the order in which their results are yielded."""

import queue
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lenet_client._batches import Batch
from lenet_client._operation import Call, Operation
from lenet_client._results import ImageResult
from lenet_client._transport import Transport

Classify = Callable[[Batch], Operation[list[ImageResult]]]


class BatchInFlight:
    """A batch that has been sent. Attributes: `first`, the position of its first image in the stream."""

    def __init__(
        self, transport: Transport, operation: Operation[list[ImageResult]], first: int, retry_seconds: float
    ) -> None:
        self.first = first
        self._transport = transport
        self._operation = operation
        self._retry_seconds = retry_seconds
        self._future: Any = None
        try:
            self._call: Call = next(operation)
            self._future = transport.start(self._call)
        except StopIteration as end:  # none of its images could be sent
            self._results: list[ImageResult] = end.value

    def result(self) -> list[ImageResult]:
        """Wait for the results."""
        if self._future is None:
            return self._results
        return self._transport.resume(self._operation, self._call, self._future, self._retry_seconds)

    def done(self) -> bool:
        """Whether the response has arrived."""
        return self._future is None or bool(self._future.done())

    def add_done_callback(self, callback: Callable[["BatchInFlight"], None]) -> None:
        """Have `callback` called with this batch when its response has arrived."""
        if self._future is None:
            callback(self)
        else:
            self._future.add_done_callback(lambda _: callback(self))

    def cancel(self) -> None:
        """Cancel the call."""
        if self._future is not None:
            self._future.cancel()


def dispatch(
    transport: Transport, batches: Iterable[Batch], classify: Classify, retry_seconds: float
) -> Iterator[BatchInFlight]:
    """Send one batch for each step of the iterator."""
    first = 0
    for batch in batches:
        yield BatchInFlight(transport, classify(batch), first, retry_seconds)
        first += len(batch.entries)


def in_order(dispatched: Iterator[BatchInFlight], limit: int) -> Iterator[ImageResult]:
    """The results in the order of the images, with at most `limit` batches in flight.

    Closing the iterator cancels the batches in flight.
    """
    in_flight: deque[BatchInFlight] = deque()
    try:
        for batch in dispatched:
            in_flight.append(batch)
            while in_flight and (len(in_flight) >= limit or in_flight[0].done()):
                yield from in_flight.popleft().result()
        while in_flight:
            yield from in_flight.popleft().result()
    finally:
        for batch in in_flight:
            batch.cancel()


def as_completed(dispatched: Iterator[BatchInFlight], limit: int) -> Iterator[tuple[int, ImageResult]]:
    """Each image's position and result, as soon as its batch is answered; otherwise like in_order()."""
    completed: queue.SimpleQueue[BatchInFlight] = queue.SimpleQueue()
    in_flight: set[BatchInFlight] = set()
    try:
        for batch in dispatched:
            in_flight.add(batch)
            batch.add_done_callback(completed.put)
            while in_flight and (len(in_flight) >= limit or not completed.empty()):
                yield from _next_completed(completed, in_flight)
        while in_flight:
            yield from _next_completed(completed, in_flight)
    finally:
        for batch in in_flight:
            batch.cancel()


def _next_completed(
    completed: "queue.SimpleQueue[BatchInFlight]", in_flight: set[BatchInFlight]
) -> Iterator[tuple[int, ImageResult]]:
    batch = completed.get()
    in_flight.remove(batch)
    return enumerate(batch.result(), batch.first)
