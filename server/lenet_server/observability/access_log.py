"""The access log: a line for each call, without its pictures and its tokens. Off unless it is asked for."""

import logging

from lenet_server.observability.call_observer import EndedCall
from lenet_server.observability.method_names import full_name

log = logging.getLogger(__name__)

# The id is what the caller chose: at the end, where it cannot pass for another field.
LINE = "method=%s code=%s duration_ms=%s queue_ms=%s images=%s model=%s version=%s peer=%s request_id=%s"


class AccessLog:
    """A CallObserver that writes a line for each call."""

    def call_ended(self, call: EndedCall) -> None:
        """Write the line."""
        progress = call.progress
        waited = None
        if progress and progress.queued_at is not None:
            waited = progress.runs[0].began - progress.queued_at
        fields = {
            "method": full_name(call.method),
            "code": call.code.name,
            "duration_ms": _milliseconds(call.ended - call.begun),
            "queue_ms": None if waited is None else _milliseconds(waited),
            "images": progress.images if progress and progress.model else None,
            "model": progress.model if progress and progress.model else None,
            "version": progress.version if progress and progress.model else None,
            "peer": call.peer or None,
            "request_id": call.request_id,
        }
        log.info(LINE, *("-" if value is None else value for value in fields.values()), extra={"fields": fields})

    def stop(self, seconds: float) -> None:
        """Nothing is held back."""


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
