"""Admits calls up to a limit, and refuses all once a drain has begun.

grpcio's own stop() cancels calls that have arrived but have no thread yet; their clients see CANCELLED, which no client
retries (grpc issue 41785). So a drain first closes the admission, where new calls get UNAVAILABLE, and lets the
transport stop only when all admitted calls are answered and no new ones arrive.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lenet_server.errors import QueueFull, ServingError, Unavailable

# A drain ends when no call has arrived for this long. A call that is on its way takes less; a refused client goes to
# another server or backs off. Measured in docs/decisions/0004-a-door-before-the-drain.md.
QUIET_SECONDS = 0.1


class Admission:
    """Admits at most `limit` calls at a time (None: any number), until close().

    `rejected` is called for each call that is refused.
    """

    def __init__(self, limit: int | None, rejected: Callable[[ServingError], None]) -> None:
        self._limit = limit
        self._rejected = rejected
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._open_calls = 0
        self._closed = False
        self._refused_while_closed = threading.Event()

    def enter(self) -> None:
        """Admit a call, until leave(). Raises QueueFull at the limit, Unavailable once closed."""
        with self._lock:
            if refusal := self._refusal():
                self._rejected(refusal)
                raise refusal
            self._open_calls += 1

    def enter_many(self, count: int) -> tuple[int, ServingError | None]:
        """Admit as many of `count` calls as the limit allows: their number, and why the rest is refused, if any is."""
        with self._lock:
            for entered in range(count):
                if refusal := self._refusal():
                    for _ in range(count - entered):
                        self._rejected(refusal)
                    return entered, refusal
                self._open_calls += 1
        return count, None

    def leave(self, count: int = 1) -> None:
        """End admitted calls."""
        with self._lock:
            self._open_calls -= count
            if self._closed:
                self._changed.notify_all()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Admit a call for the length of a `with` block. Raises as enter() does."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def close(self) -> None:
        """Refuse all calls from now on."""
        with self._lock:
            self._closed = True

    def wait_until_quiet(self, timeout_seconds: float) -> None:
        """Wait until no call is open, and none has arrived for QUIET_SECONDS; at most until the timeout."""
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            self._changed.wait_for(lambda: self._open_calls == 0, timeout_seconds)
        while self._refused_while_closed.wait(QUIET_SECONDS) and time.monotonic() < deadline:
            self._refused_while_closed.clear()

    def _refusal(self) -> ServingError | None:
        if self._closed:
            self._refused_while_closed.set()
            return Unavailable()
        if self._limit is not None and self._open_calls >= self._limit:
            return QueueFull(f"{self._open_calls} are being answered already: try again later, or at another server")
        return None
