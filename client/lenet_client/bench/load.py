"""A load, how it is split over processes, and its outcome."""

from array import array
from collections import Counter
from dataclasses import dataclass, field

from lenet_client.bench.repeated_call import RepeatedCall
from lenet_client.bench.target import Target


@dataclass(frozen=True)
class Load:
    """A closed loop with `concurrency` calls in flight, or an open loop with `rate` calls per second at random moments.

    `connections` and `processes` are totals. Calls during `warm_up` seconds are not counted, those during the following
    `seconds` are. `seed` seeds the random moments.
    """

    target: Target
    call: RepeatedCall
    seconds: float
    warm_up: float
    connections: int
    processes: int
    concurrency: int = 0
    rate: float = 0.0
    seed: int = 0

    def split(self) -> "list[ProcessLoad]":
        """The part of each process. Fewer processes are used where there is no call or connection for each."""
        processes = min(self.processes, self.concurrency or self.connections)
        connections = max(min(self.connections, self.concurrency or self.connections), processes)
        return [
            ProcessLoad(
                self.target,
                self.call,
                self.seconds,
                self.warm_up,
                _part(connections, processes, number),
                _part(self.concurrency, processes, number),
                self.rate / processes,
                seed=self.seed + number,
            )
            for number in range(processes)
        ]


@dataclass(frozen=True)
class ProcessLoad:
    """The part of a load that one process generates."""

    target: Target
    call: RepeatedCall
    seconds: float
    warm_up: float
    connections: int
    concurrency: int
    rate: float
    seed: int


@dataclass
class Outcome:
    """The counted calls of a load.

    `seconds`: the latency of each successful call. `errors`: failed calls by gRPC status. `late`: in an open loop, how
    many seconds after its scheduled start each call was sent.
    """

    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    errors: Counter[int] = field(default_factory=Counter)
    late: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, other: "Outcome") -> None:
        """Add another process's calls."""
        self.seconds.extend(other.seconds)
        self.errors.update(other.errors)
        self.late.extend(other.late)


def _part(whole: int, parts: int, number: int) -> int:
    return whole // parts + (number < whole % parts)
