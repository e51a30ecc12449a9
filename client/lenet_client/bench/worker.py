"""One process that puts its share of a load on the server: in a closed loop, or in an open one."""

import gc
import random
import select
import signal
import sys
import time
from collections.abc import Iterator

from lenet_client.bench.http2_connection import UNAVAILABLE, Connection, Lost
from lenet_client.bench.load import Outcome, Share
from lenet_client.bench.stream_connection import StreamedConnection

DEADLINE_EXCEEDED = 4
PATIENCE_SECONDS = 10.0  # for the answers that are under way when the time is over
RECONNECT_SECONDS = 0.1
PR_SET_TIMERSLACK = 29


def prepare() -> None:
    """Make the process fit for measuring; Ctrl-C is for the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # there is nothing to collect, and looking for it takes milliseconds
    if sys.platform == "linux":
        # Linux may wake a sleeper 50 µs late to save power; that would be much of what is measured.
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)


def work(share: Share, start: float) -> Outcome:
    """Put the share on the server from that moment on, of time.monotonic(). Raises Lost or OSError without a server."""
    connections = [opened(share) for _ in range(share.connections)]
    try:
        run = Run(share, connections, start)
        if share.rate:
            run.open_loop()
        else:
            run.closed_loop()
        return run.outcome
    finally:
        for each in connections:
            each.close()


class Run:
    """The calls of a share. Attributes: `outcome`.

    In a closed loop those count that end between warm-up and end; in an open loop those that were to start then.
    """

    def __init__(self, share: Share, connections: list[Connection], start: float) -> None:
        self.outcome = Outcome()
        self._share = share
        self._connections = connections
        self._start = start
        self._counted_from = start + share.warm_up
        self._end = self._counted_from + share.seconds
        self._began: dict[int, float] = {}
        self._following = 0

    def closed_loop(self) -> None:
        """Have so many calls under way, and start a new one for each that ends."""
        _wait(self._start)
        for number in range(self._share.concurrency):
            self._send(number % len(self._connections), time.monotonic())
        self._flush()
        while self._began:
            for at, ended, now in self._ended(self._end + PATIENCE_SECONDS):
                within = self._counted_from <= now < self._end
                for number, status in ended:
                    late = status == DEADLINE_EXCEEDED  # of the whole run: none of its calls may be forgotten
                    self._count(now - self._began.pop(number), status, counted=within or late)
                    if now < self._end:
                        self._send(at, now)
                self._connections[at].flush()

    def open_loop(self) -> None:
        """Start calls at random moments, whether earlier ones have ended or not."""
        due = _moments(self._share.rate, self._share.seed, self._start, self._end)
        _wait(self._start)
        following = next(due, None)
        while following is not None or self._began:
            now = time.monotonic()
            while following is not None and following <= now:
                self._send(self._following % len(self._connections), following)
                if following >= self._counted_from:
                    self.outcome.late.append(now - following)
                following = next(due, None)
            self._flush()
            for at, ended, now in self._ended(self._end + PATIENCE_SECONDS if following is None else following):
                for number, status in ended:
                    began = self._began.pop(number)
                    self._count(now - began, status, counted=began >= self._counted_from)
                self._connections[at].flush()

    def _send(self, at: int, moment: float) -> None:
        self._began[self._following] = moment
        self._connections[at].send(self._following)
        self._following += 1

    def _flush(self) -> None:
        for each in self._connections:
            each.flush()

    def _ended(self, until: float) -> Iterator[tuple[int, list[tuple[int, int]], float]]:
        """Wait for answers until that moment: on which connection, which calls with what status, and when."""
        readable, _, _ = select.select(self._connections, [], [], max(0.0, until - time.monotonic()))
        if not readable and time.monotonic() >= self._end + PATIENCE_SECONDS:
            yield 0, [(number, DEADLINE_EXCEEDED) for number in self._began], self._end
        for at, connection in enumerate(self._connections):
            if connection not in readable:
                continue
            try:
                ended = connection.receive()
            except Lost:
                ended = [(number, UNAVAILABLE) for number in connection.open_numbers()]
                connection.close()
                self._connections[at] = self._reopened()
            yield at, ended, time.monotonic()

    def _reopened(self) -> Connection:
        """A connection in the place of one that has ended: the server may be about to come back."""
        while True:
            try:
                return opened(self._share)
            except OSError:
                if time.monotonic() > self._end:
                    raise
                _wait(time.monotonic() + RECONNECT_SECONDS)

    def _count(self, seconds: float, status: int, *, counted: bool) -> None:
        if counted and status:
            self.outcome.errors[status] += 1
        elif counted:
            self.outcome.seconds.append(seconds)


def opened(share: Share) -> Connection:
    """A connection for calls of this kind. Raises OSError."""
    return (StreamedConnection if share.call.streamed else Connection)(share.target, share.call)


def _moments(rate: float, seed: int, start: float, end: float) -> Iterator[float]:
    """When calls arrive: at random, so many a second on average, none knowing of the others."""
    chance = random.Random(seed)  # noqa: S311  # arrivals, not secrets
    moment = start + chance.expovariate(rate)
    while moment < end:
        yield moment
        moment += chance.expovariate(rate)


def _wait(until: float) -> None:
    time.sleep(max(0.0, until - time.monotonic()))
