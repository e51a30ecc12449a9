"""One process of a load generator: runs its part of a load as a closed or an open loop."""

import gc
import random
import select
import signal
import sys
import time
from collections.abc import Iterator

from lenet_client.bench.http2_connection import UNAVAILABLE, ConnectionLost, Http2Connection
from lenet_client.bench.load import Outcome, ProcessLoad
from lenet_client.bench.stream_connection import StreamConnection

DEADLINE_EXCEEDED = 4  # gRPC status code
DRAIN_SECONDS = 10.0  # for the responses in flight at the end; calls without one count as DEADLINE_EXCEEDED
RECONNECT_SECONDS = 0.1  # between attempts to reach a server that has closed a connection
PR_SET_TIMERSLACK = 29  # Linux: option of prctl(2)


def prepare_process() -> None:
    """Set up the process for precise timing. Ctrl-C is left to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # a collection pauses the process for milliseconds, and there are no cycles
    if sys.platform == "linux":
        # By default Linux may wake a process 50 µs late, which is as long as some calls take.
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)


def run_load(load: ProcessLoad, start: float) -> Outcome:
    """Run the load from `start` on, a time of time.monotonic().

    Raises ConnectionLost or OSError when the server cannot be reached.
    """
    connections = [open_connection(load) for _ in range(load.connections)]
    try:
        loop = LoadLoop(load, connections, start)
        if load.rate:
            loop.run_open()
        else:
            loop.run_closed()
        return loop.outcome
    finally:
        for each in connections:
            each.close()


class LoadLoop:
    """Sends calls and counts their responses. Attributes: `outcome`.

    A closed loop counts the calls that complete between warm-up and end, an open loop those scheduled to start then.
    """

    def __init__(self, load: ProcessLoad, connections: list[Http2Connection], start: float) -> None:
        self.outcome = Outcome()
        self._load = load
        self._connections = connections
        self._start = start
        self._counted_from = start + load.warm_up
        self._end = self._counted_from + load.seconds
        self._started: dict[int, float] = {}
        self._next_number = 0

    def run_closed(self) -> None:
        """Keep `concurrency` calls in flight: start a new one for each that completes."""
        _sleep_until(self._start)
        for number in range(self._load.concurrency):
            self._send(number % len(self._connections), time.monotonic())
        self._flush()
        while self._started:
            for at, completed, now in self._completed(self._end + DRAIN_SECONDS):
                within = self._counted_from <= now < self._end
                for number, status in completed:
                    late = status == DEADLINE_EXCEEDED  # never answered: counted whenever it started
                    self._count(now - self._started.pop(number), status, counted=within or late)
                    if now < self._end:
                        self._send(at, now)
                self._connections[at].flush()

    def run_open(self) -> None:
        """Start calls at random moments, independent of the completion of earlier ones."""
        starts = _arrivals(self._load.rate, self._load.seed, self._start, self._end)
        _sleep_until(self._start)
        next_start = next(starts, None)
        while next_start is not None or self._started:
            now = time.monotonic()
            while next_start is not None and next_start <= now:
                self._send(self._next_number % len(self._connections), next_start)
                if next_start >= self._counted_from:
                    self.outcome.late.append(now - next_start)
                next_start = next(starts, None)
            self._flush()
            for at, completed, now in self._completed(self._end + DRAIN_SECONDS if next_start is None else next_start):
                for number, status in completed:
                    started = self._started.pop(number)
                    self._count(now - started, status, counted=started >= self._counted_from)
                self._connections[at].flush()

    def _send(self, at: int, moment: float) -> None:
        self._started[self._next_number] = moment
        self._connections[at].send(self._next_number)
        self._next_number += 1

    def _flush(self) -> None:
        for each in self._connections:
            each.flush()

    def _completed(self, until: float) -> Iterator[tuple[int, list[tuple[int, int]], float]]:
        """Wait for responses until `until`; yield the connection's index, its (number, status) pairs, and the time."""
        readable, _, _ = select.select(self._connections, [], [], max(0.0, until - time.monotonic()))
        if not readable and time.monotonic() >= self._end + DRAIN_SECONDS:
            yield 0, [(number, DEADLINE_EXCEEDED) for number in self._started], self._end
        for at, connection in enumerate(self._connections):
            if connection not in readable:
                continue
            try:
                completed = connection.receive()
            except ConnectionLost:
                completed = [(number, UNAVAILABLE) for number in connection.open_numbers()]
                connection.close()
                self._connections[at] = self._reconnected()
            yield at, completed, time.monotonic()

    def _reconnected(self) -> Http2Connection:
        """A connection that replaces a lost one; retries until the end of the load, in case the server restarts."""
        while True:
            try:
                return open_connection(self._load)
            except OSError:
                if time.monotonic() > self._end:
                    raise
                _sleep_until(time.monotonic() + RECONNECT_SECONDS)

    def _count(self, seconds: float, status: int, *, counted: bool) -> None:
        if counted and status:
            self.outcome.errors[status] += 1
        elif counted:
            self.outcome.seconds.append(seconds)


def open_connection(load: ProcessLoad) -> Http2Connection:
    """Connect, for unary or streamed calls. Raises OSError."""
    return (StreamConnection if load.call.streamed else Http2Connection)(load.target, load.call)


def _arrivals(rate: float, seed: int, start: float, end: float) -> Iterator[float]:
    """The times of a Poisson process with `rate` arrivals per second."""
    random_gaps = random.Random(seed)  # noqa: S311  # arrivals, not secrets
    moment = start + random_gaps.expovariate(rate)
    while moment < end:
        yield moment
        moment += random_gaps.expovariate(rate)


def _sleep_until(until: float) -> None:
    time.sleep(max(0.0, until - time.monotonic()))
