"""Configure logging: one line per event on standard error, as text or JSON."""

import json
import logging
from datetime import UTC, datetime


def configure(log_format: str, level: str, worker: int | None = None) -> None:
    """Log to standard error as "text" or "json". Call once, from the process's entry point.

    `worker`, the worker's number, is added to each event.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(worker) if log_format == "json" else TextFormatter(worker))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class TextFormatter(logging.Formatter):
    """Format an event as a line of text, with the time in UTC."""

    def __init__(self, worker: int | None = None) -> None:
        self._fields = {} if worker is None else {"worker": worker}
        prefix = "" if worker is None else f"worker {worker}: "
        super().__init__(f"%(asctime)s %(levelname)-7s {prefix}%(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """Return the event's time in ISO 8601."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class JsonFormatter(TextFormatter):
    """Format an event as a JSON object; `extra={"fields": …}` adds keys."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one line of JSON."""
        event = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._fields,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event)
