"""The access log: one line per call, without images and tokens. Off by default."""

import logging

from lenet_server.observability.call_observer import EndedCall
from lenet_server.observability.method_names import full_name

log = logging.getLogger(__name__)

# The request id comes last: the caller chooses it, and could otherwise imitate another field.
LINE = "method=%s code=%s duration_ms=%s queue_ms=%s images=%s model=%s version=%s peer=%s request_id=%s"


class AccessLog:
    """A CallObserver that logs one line per call."""

    def call_ended(self, call: EndedCall) -> None:
        """Log the call."""
        timings = call.timings
        queue_seconds = None
        if timings and timings.queued_at is not None:
            queue_seconds = timings.runs[0].began - timings.queued_at
        fields = {
            "method": full_name(call.method),
            "code": call.code.name,
            "duration_ms": _milliseconds(call.ended - call.started),
            "queue_ms": None if queue_seconds is None else _milliseconds(queue_seconds),
            "images": timings.images if timings and timings.model else None,
            "model": timings.model if timings and timings.model else None,
            "version": timings.version if timings and timings.model else None,
            "peer": call.peer or None,
            "request_id": call.request_id,
        }
        log.info(LINE, *("-" if value is None else value for value in fields.values()), extra={"fields": fields})

    def stop(self, seconds: float) -> None:
        """Do nothing: each line is logged at once."""


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
