"""Defines the interface through which the access log and tracing observe finished calls."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

import grpc

from lenet_server.batching.call_context import Caller, CallTimings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EndedCall:
    """A finished unary call, or one message of a stream. Times are in seconds of time.monotonic()."""

    method: str  # without its service
    caller: Caller
    request_id: str
    code: grpc.StatusCode
    message: str  # status message, empty for OK
    started: float
    ended: float
    timings: CallTimings | None  # None if the method does not call a model

    @property
    def peer(self) -> str:
        """HOST:PORT of the caller; empty if the native transport forwarded the call, which hides the address."""
        kind, _, address = self.caller.peer().partition(":")
        return unquote(address) if kind in ("ipv4", "ipv6") else ""


class CallObserver(Protocol):
    """Observes finished calls."""

    def call_ended(self, call: EndedCall) -> None:
        """Record a finished call. The thread that serves the call waits until this returns."""

    def stop(self, seconds: float) -> None:
        """Send buffered records, for at most `seconds`. No call is recorded afterwards."""


class CallObservers:
    """Forwards each call to several observers, and logs their exceptions instead of raising them."""

    def __init__(self, observers: Sequence[CallObserver]) -> None:
        self._observers = observers

    def call_ended(self, call: EndedCall) -> None:
        """See CallObserver."""
        for observer in self._observers:
            try:
                observer.call_ended(call)
            except Exception:  # request border: the caller already has the response
                log.exception("could not record a call", extra={"fields": {"request_id": call.request_id}})

    def stop(self, seconds: float) -> None:
        """See CallObserver."""
        for observer in self._observers:
            observer.stop(seconds)
