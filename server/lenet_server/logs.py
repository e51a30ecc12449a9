"""The log: one line per event on standard error, as text for people or JSON for machines."""

import json
import logging
from datetime import UTC, datetime


def configure(log_format: str, level: str, worker: int | None = None) -> None:
    """Send this process's log to standard error as "text" or "json". Called once, by the process's entry point.

    `worker` is a field of each event.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(worker) if log_format == "json" else TextFormatter(worker))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class TextFormatter(logging.Formatter):
    """Formats an event as a line of text, in UTC."""

    def __init__(self, worker: int | None = None) -> None:
        self._fields = {} if worker is None else {"worker": worker}
        prefix = "" if worker is None else f"worker {worker}: "
        super().__init__(f"%(asctime)s %(levelname)-7s {prefix}%(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """Return the time of the event in ISO 8601."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class JsonFormatter(TextFormatter):
    """Formats an event as a JSON object; `extra={"fields": …}` adds keys."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as a line of JSON."""
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
