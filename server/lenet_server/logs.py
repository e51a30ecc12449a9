"""The log: one line per event on standard error, as text for people or JSON for machines."""

import json
import logging
from datetime import UTC, datetime


def configure(log_format: str, level: str, worker: int | None = None) -> None:
    """Send this process's log to standard error as "text" or "json". Called once, by the process's entry point.

    `worker` is told with each event.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(worker) if log_format == "json" else TextFormatter(worker))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class TextFormatter(logging.Formatter):
    """An event as a line for people to read, in UTC."""

    def __init__(self, worker: int | None = None) -> None:
        self._fields = {} if worker is None else {"worker": worker}
        whose = "" if worker is None else f"worker {worker}: "
        super().__init__(f"%(asctime)s %(levelname)-7s {whose}%(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """The time of the event in ISO 8601."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class JsonFormatter(TextFormatter):
    """An event as one JSON object; what is logged with `extra={"fields": …}` becomes keys of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
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
