"""Waits for an event that is visible only in the log."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TIMEOUT = 60.0


@contextmanager
def logged(text: str) -> Iterator[None]:
    """After the `with` block, wait until the server has logged a message with this text since the block began."""
    seen = threading.Event()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if text in record.getMessage():
                seen.set()

    handler, logger = Handler(), logging.getLogger("lenet_server")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
        assert seen.wait(TIMEOUT), f"not logged: {text}"
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
