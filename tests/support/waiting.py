"""Waits for a condition in another thread or process that sends no notification."""

import select
import time
from collections.abc import Callable

POLL_SECONDS = 0.01


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Return when `true()` holds, checked every POLL_SECONDS. Raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"it did not happen in {seconds} s"
        select.select([], [], [], POLL_SECONDS)
