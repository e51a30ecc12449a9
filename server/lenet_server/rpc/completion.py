"""Completes requests: the one place where their status, metrics, access log and traces come from.

Unary calls, messages of a stream, calls of the native transport and coalesced calls all end here. Several requests are
completed at once where they come in batches, which takes each lock once.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypeVar

import grpc

from lenet_server.batching.call_context import Caller, CallTimings
from lenet_server.errors import ServingError
from lenet_server.metrics.server import Metrics
from lenet_server.observability.call_observer import CallObserver, EndedCall
from lenet_server.rpc.request_id import request_id
from lenet_server.rpc.statuses import status

Response = TypeVar("Response")
Made = TypeVar("Made", covariant=True)


class OpenRequest(Protocol[Made]):
    """A request whose outcome is known, and which has no response yet.

    Attributes: `begun`, when it came, and `ended`, set by complete(), in the seconds of time.monotonic(); `request_id`,
    at first that of its message; and `timings`, for the observer.
    """

    begun: float
    ended: float
    request_id: str
    timings: CallTimings | None

    @property
    def method(self) -> str:
        """The method's name, without its service."""

    @property
    def caller(self) -> Caller:
        """The client's end of the call."""

    def response(self) -> Made:
        """Make the response, or raise the error that ended the request."""


@dataclass(slots=True, eq=False)
class Request(Generic[Response]):
    """An OpenRequest, of a transport that has no class of its own for it."""

    method: str
    caller: Caller
    respond: Callable[["Request[Response]"], Response]
    begun: float = field(default_factory=time.monotonic)
    request_id: str = ""
    timings: CallTimings | None = None
    ended: float = 0.0

    def response(self) -> Response:
        """Make the response, or raise the error that ended the request."""
        return self.respond(self)


class Failure(NamedTuple):
    """The status, other than OK, of a request."""

    code: grpc.StatusCode
    message: str


class Completion:
    """Completes the requests of a server.

    Attributes: `is_observed`, whether there is an access log or a trace to be written.
    """

    def __init__(self, metrics: Metrics, observer: CallObserver | None) -> None:
        self._metrics = metrics
        self._observer = observer
        self.is_observed = observer is not None

    def start(self, requests: int = 1) -> None:
        """Count requests that have come."""
        self._metrics.requests_started(requests)

    def new_timings(self) -> CallTimings | None:
        """Timings for a call to fill in, if it is observed."""
        return CallTimings() if self.is_observed else None

    def complete(self, requests: Sequence[OpenRequest[Response]]) -> list[Response | Failure]:
        """Make the responses, and count the requests. Then send the responses, and call observe().

        Counting comes first, so that a client which has its response finds it counted.
        """
        outcomes = [_outcome(request) for request in requests]
        ended = time.monotonic()
        durations: dict[tuple[str, str], list[float]] = {}  # by method and code
        for request, outcome in zip(requests, outcomes, strict=True):
            request.ended = ended
            durations.setdefault((request.method, _code_name(outcome)), []).append(ended - request.begun)
        for (method, code), seconds in durations.items():
            self._metrics.requests_finished(method, code, seconds)
        return outcomes

    def observe(self, requests: Sequence[OpenRequest[Response]], outcomes: Sequence[Response | Failure]) -> None:
        """Write completed requests to the access log and the traces, if there are any."""
        if self._observer:
            for request, outcome in zip(requests, outcomes, strict=True):
                self._observer.call_ended(_ended_call(request, outcome))

    def complete_one(self, request: OpenRequest[Response]) -> Response | Failure:
        """Complete and observe one request, whose response is sent afterwards: without the lists, for speed."""
        outcome = _outcome(request)
        request.ended = time.monotonic()
        self._metrics.request_finished(request.method, _code_name(outcome), request.ended - request.begun)
        if self._observer:
            self._observer.call_ended(_ended_call(request, outcome))
        return outcome

    def count_answered(self, method: str, durations: Sequence[float]) -> None:
        """Complete requests that have their responses already, each after that many seconds. They are not observed."""
        self._metrics.requests_finished(method, "OK", durations)

    def count_refused(self, method: str, error: ServingError) -> Failure:
        """Complete a request that was refused before it was read. It is not observed."""
        failure = Failure(*status(error))
        self._metrics.requests_finished(method, failure.code.name, (0.0,))
        return failure

    def count_abandoned(self, method: str, requests: int) -> None:
        """Complete requests whose stream ended before they were answered. They have no duration."""
        for _ in range(requests):
            self._metrics.request_abandoned(method)


def _outcome(request: OpenRequest[Response]) -> Response | Failure:
    try:
        return request.response()
    except Exception as error:  # noqa: BLE001 the border of a request: `status` logs unexpected errors
        request.request_id = request_id(request.caller, request.request_id)
        return Failure(*status(error, request.request_id))


def _code_name(outcome: object) -> str:
    return outcome.code.name if isinstance(outcome, Failure) else "OK"


def _ended_call(request: OpenRequest[object], outcome: object) -> EndedCall:
    """What the access log and the traces get of a completed request."""
    code, message = outcome if isinstance(outcome, Failure) else Failure(grpc.StatusCode.OK, "")
    named = request_id(request.caller, request.request_id)
    return EndedCall(
        request.method, request.caller, named, code, message, request.begun, request.ended, request.timings
    )
