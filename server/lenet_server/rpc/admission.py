"""The door for calls: counts those inside, and once closed turns newcomers away.

grpcio's own stop() cancels calls that have arrived but were not handed to a thread yet, and their callers see
CANCELLED, which nobody retries (grpc issue 41785). So a drain closes this door first, where a newcomer gets
UNAVAILABLE, and lets the transport stop only when the last call is answered and no newcomer has knocked for a while.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lenet_server.errors import QueueFull, ServingError, Unavailable

# Callers that are refused here go to another server or wait before they try again. What was on its way is here sooner.
QUIET_SECONDS = 0.1


class Admission:
    """Lets `most` in at a time (None: any number), until close().

    `refused` is told of each newcomer that is turned away.
    """

    def __init__(self, most: int | None, refused: Callable[[ServingError], None]) -> None:
        self._most = most
        self._refused = refused
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._inside = 0
        self._closed = False
        self._knocked = threading.Event()

    def enter(self) -> None:
        """Go inside, until leave(). Raises QueueFull where too many are, Unavailable once closed."""
        with self._lock:
            if refusal := self._refusal():
                self._refused(refusal)
                raise refusal
            self._inside += 1

    def enter_many(self, count: int) -> tuple[int, ServingError | None]:
        """As many of so many as there is room for go inside: how many, and why the rest is turned away, if any is."""
        with self._lock:
            for entered in range(count):
                if refusal := self._refusal():
                    for _ in range(count - entered):
                        self._refused(refusal)
                    return entered, refusal
                self._inside += 1
        return count, None

    def leave(self, count: int = 1) -> None:
        """So many that have entered go out."""
        with self._lock:
            self._inside -= count
            if self._closed:
                self._changed.notify_all()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Be inside for the length of a `with` block. Raises as enter() does."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def _refusal(self) -> ServingError | None:
        if self._closed:
            self._knocked.set()
            return Unavailable()
        if self._most is not None and self._inside >= self._most:
            return QueueFull(f"{self._inside} are being answered already: try again later, or at another server")
        return None

    def close(self) -> None:
        """Turn newcomers away from now on."""
        with self._lock:
            self._closed = True

    def wait_until_quiet(self, seconds: float) -> None:
        """Wait, at most so long, until nobody is inside and nobody knocks any more."""
        deadline = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: self._inside == 0, seconds)
        while self._knocked.wait(QUIET_SECONDS) and time.monotonic() < deadline:
            self._knocked.clear()
