"""One streaming call: many requests over one connection, answered as they are ready or in their order."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Generic

import grpc

from lenet_server.batching.call_context import Caller
from lenet_server.batching.progress import Progress
from lenet_server.errors import Unavailable
from lenet_server.inference.classifier import Classifier
from lenet_server.metrics.server import Metrics
from lenet_server.observability.call_observer import CallObserver, EndedCall
from lenet_server.rpc.exchange import Read, Request, Response
from lenet_server.rpc.request_id import request_id
from lenet_server.rpc.statuses import status

# A stream that is read faster than it is answered would queue without bound; with a window its sender feels HTTP/2's
# flow control instead.
MAX_IN_FLIGHT = 64


@dataclass(frozen=True)
class Settled(Generic[Response]):
    """A request of the stream whose outcome is known."""

    number: int  # from 0, in the order of the requests
    request_id: str
    outcome: Callable[[], Response] | Exception
    begun: float  # in the seconds of time.monotonic()
    progress: Progress | None


@dataclass(eq=False)
class RequestStream(Generic[Request, Response]):
    """Reads requests in a thread of its own while the caller's thread iterates over the responses.

    The two meet in one queue. None in it says that no further request will be started.
    """

    classifier: Classifier
    metrics: Metrics
    observer: CallObserver | None
    caller: Caller
    method: str
    read: Read[Request, Response]
    refuse: Callable[[str, grpc.StatusCode, str], Response]
    in_order: bool
    _settled: SimpleQueue[Settled[Response] | None] = field(default_factory=SimpleQueue)
    _early: dict[int, Settled[Response]] = field(default_factory=dict)
    _window: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MAX_IN_FLIGHT))
    _intake: threading.Lock = field(default_factory=threading.Lock)
    _started: int = 0
    _closed: bool = False
    _draining: bool = False

    def responses(self, requests: Iterator[Request]) -> Iterator[Response]:
        """The response to each request."""
        # The thread ends when `requests` does: with the stream, at the latest.
        threading.Thread(target=self._read, args=(requests,), name="stream reader", daemon=True).start()
        answered = 0
        closed = False
        try:
            while not closed or answered < self._started:
                settled = self._settled.get()
                if settled is None:
                    closed = True
                    continue
                self._early[settled.number] = settled
                due = answered if self.in_order else settled.number
                while due in self._early:
                    answered += 1
                    self._window.release()
                    yield self._response(self._early.pop(due))
                    due += 1
        finally:
            self._close_intake()
            self._window.release()
            for _ in range(self._started - answered):
                self.metrics.request_abandoned(self.method)
        if self._draining:
            raise Unavailable

    def drain(self) -> None:
        """Start no further request, answer those that were started, then end the stream as UNAVAILABLE."""
        self._draining = True
        self._close_intake()

    def _read(self, requests: Iterator[Request]) -> None:
        try:
            self._window.acquire()
            for request in requests:
                with self._intake:
                    if self._closed:
                        return
                    number = self._started
                    self._started += 1
                self._start(number, request)
                self._window.acquire()
        except grpc.RpcError:  # the caller hung up
            pass
        finally:
            self._close_intake()

    def _start(self, number: int, request: Request) -> None:
        begun = time.monotonic()
        own_id = request.id  # alone: what waits for its answer does not keep the request's pictures
        progress = Progress() if self.observer else None

        def settle(outcome: Callable[[], Response] | Exception) -> None:
            self._settled.put(Settled(number, own_id, outcome, begun, progress))

        self.metrics.request_started()
        try:
            call, respond = self.read(request, self.caller)
            call.progress = progress
            self.classifier.start(call, lambda pending: settle(partial(respond, pending)))
        except Exception as error:  # noqa: BLE001 the border of a request: the stream goes on
            settle(error)

    def _close_intake(self) -> None:
        with self._intake:
            if not self._closed:
                self._closed = True
                self._settled.put(None)

    def _response(self, settled: Settled[Response]) -> Response:
        code, message, own_id = grpc.StatusCode.OK, "", settled.request_id
        try:
            if isinstance(settled.outcome, Exception):
                raise settled.outcome
            return settled.outcome()
        except Exception as error:  # noqa: BLE001 the border of a request: the stream goes on
            own_id = request_id(self.caller, own_id)
            code, message = status(error, own_id)
            return self.refuse(settled.request_id, code, message)
        finally:
            ended = time.monotonic()
            self.metrics.request_finished(self.method, code.name, ended - settled.begun)
            if self.observer:
                named = request_id(self.caller, own_id)
                self.observer.call_ended(
                    EndedCall(self.method, self.caller, named, code, message, settled.begun, ended, settled.progress)
                )
