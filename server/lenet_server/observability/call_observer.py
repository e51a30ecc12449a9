"""Who watches calls: the access log and the traces.

Watching costs a call that nobody watches one question, whether there is an observer.
"""

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
    """A call that has its answer or its status, or a message of a stream. Times in seconds of time.monotonic()."""

    method: str  # without its service
    caller: Caller
    request_id: str
    code: grpc.StatusCode
    message: str  # that goes with a code other than OK
    begun: float
    ended: float
    progress: CallTimings | None  # None where no model was asked

    @property
    def peer(self) -> str:
        """HOST:PORT of the caller; empty where the native transport has passed the call on, and hides it."""
        kind, _, address = self.caller.peer().partition(":")
        return unquote(address) if kind in ("ipv4", "ipv6") else ""


class CallObserver(Protocol):
    """Is told of calls."""

    def call_ended(self, call: EndedCall) -> None:
        """A call has ended. Whoever serves it waits until this returns."""

    def stop(self, seconds: float) -> None:
        """No call will come any more. What is still to be sent may take so many seconds."""


class CallObservers:
    """Several observers, none of which can harm the server."""

    def __init__(self, observers: Sequence[CallObserver]) -> None:
        self._observers = observers

    def call_ended(self, call: EndedCall) -> None:
        """See CallObserver."""
        for observer in self._observers:
            try:
                observer.call_ended(call)
            except Exception:  # the border to what only watches: the call has been served
                log.exception("a call could not be told of", extra={"fields": {"request_id": call.request_id}})

    def stop(self, seconds: float) -> None:
        """See CallObserver."""
        for observer in self._observers:
            observer.stop(seconds)
