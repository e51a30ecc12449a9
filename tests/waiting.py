"""Waiting for something that happens in another thread or process, and that nothing tells."""

import threading
from collections.abc import Callable


def wait_until(true: Callable[[], bool]) -> None:
    """Return as soon as it is true. Raises AssertionError after 10 seconds."""
    tick = threading.Event()
    for _ in range(1000):
        if true():
            return
        tick.wait(0.01)
    raise AssertionError("it did not happen in 10 s")
