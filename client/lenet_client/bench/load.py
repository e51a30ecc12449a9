"""What load to put on a server, and what came of it."""

from array import array
from collections import Counter
from dataclasses import dataclass, field

from lenet_client.bench.repeated_call import RepeatedCall
from lenet_client.bench.target import Target


@dataclass(frozen=True)
class Load:
    """Either `concurrency` calls under way at a time, or `rate` calls a second at random moments.

    They come over so many connections, from so many processes. `warm_up` seconds are not counted, then `seconds` are.
    `seed` is of the moments at random.
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

    def shares(self) -> "list[Share]":
        """What each process does of it: none without a call or a connection of its own."""
        processes = min(self.processes, self.concurrency or self.connections)
        connections = max(min(self.connections, self.concurrency or self.connections), processes)
        return [
            Share(
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
class Share:
    """One process's part of a load."""

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
    """What became of the calls that counted.

    The seconds that each answered one took, how many failed by gRPC status, and, where calls had their moments to start
    at, how many seconds late they were sent.
    """

    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    errors: Counter[int] = field(default_factory=Counter)
    late: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, other: "Outcome") -> None:
        """Count the other one's calls in."""
        self.seconds.extend(other.seconds)
        self.errors.update(other.errors)
        self.late.extend(other.late)


def _part(whole: int, parts: int, number: int) -> int:
    return whole // parts + (number < whole % parts)
