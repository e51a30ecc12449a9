"""classify_many(): batches under way, a bounded number at a time, and the order in which they are handed over."""

import queue
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lenet_client._batches import Batch, Result
from lenet_client._operation import Call, Steps
from lenet_client._transport import Wire

Ask = Callable[[Batch], Steps[list[Result]]]


class Flight:
    """A batch under way. Attributes: `first`, the position of its first image in the whole stream."""

    def __init__(self, wire: Wire, steps: Steps[list[Result]], first: int, patience: float) -> None:
        self.first = first
        self._wire = wire
        self._steps = steps
        self._patience = patience
        self._future: Any = None
        try:
            self._call: Call = next(steps)
            self._future = wire.start(self._call)
        except StopIteration as end:  # nothing in it could be sent
            self._results: list[Result] = end.value

    def land(self) -> list[Result]:
        """Wait for the results."""
        if self._future is None:
            return self._results
        return self._wire.resume(self._steps, self._call, self._future, self._patience)

    def has_landed(self) -> bool:
        """Whether there is nothing to wait for."""
        return self._future is None or bool(self._future.done())

    def tell(self, landed: Callable[["Flight"], None]) -> None:
        """Have it say when there is nothing to wait for any more."""
        if self._future is None:
            landed(self)
        else:
            self._future.add_done_callback(lambda _: landed(self))

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        if self._future is not None:
            self._future.cancel()


def departures(wire: Wire, batches: Iterable[Batch], ask: Ask, patience: float) -> Iterator[Flight]:
    """Send each batch when it is asked for."""
    first = 0
    for batch in batches:
        yield Flight(wire, ask(batch), first, patience)
        first += len(batch.entries)


def in_order(flights: Iterator[Flight], at_a_time: int) -> Iterator[Result]:
    """The results in the order of the images. What is still under way when nobody takes more is cancelled."""
    under_way: deque[Flight] = deque()
    try:
        for flight in flights:
            under_way.append(flight)
            while under_way and (len(under_way) >= at_a_time or under_way[0].has_landed()):
                yield from under_way.popleft().land()
        while under_way:
            yield from under_way.popleft().land()
    finally:
        for flight in under_way:
            flight.cancel()


def as_they_come(flights: Iterator[Flight], at_a_time: int) -> Iterator[tuple[int, Result]]:
    """Each image's position and result, as soon as its batch is answered."""
    landed: queue.SimpleQueue[Flight] = queue.SimpleQueue()
    under_way: set[Flight] = set()
    try:
        for flight in flights:
            under_way.add(flight)
            flight.tell(landed.put)
            while under_way and (len(under_way) >= at_a_time or not landed.empty()):
                yield from _next(landed, under_way)
        while under_way:
            yield from _next(landed, under_way)
    finally:
        for flight in under_way:
            flight.cancel()


def _next(landed: "queue.SimpleQueue[Flight]", under_way: set[Flight]) -> Iterator[tuple[int, Result]]:
    flight = landed.get()
    under_way.remove(flight)
    return enumerate(flight.land(), flight.first)
