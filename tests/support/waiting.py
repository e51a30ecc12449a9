"""Waiting for something that happens in another thread or process, and that nothing tells."""

import threading
import time
from collections.abc import Callable


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Return as soon as it is true. Raises AssertionError when that takes longer."""
    tick, deadline = threading.Event(), time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"it did not happen in {seconds} s"
        tick.wait(0.01)
