"""One ClassifyStream call: many requests over one connection, each answered as soon as it is ready."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue

import grpc

from lenet.v1 import classifier_pb2 as pb
from lenet_server.classifier import Classifier, PendingCall
from lenet_server.errors import Unavailable
from lenet_server.messages import deadline, from_answer, from_error, to_call
from lenet_server.metrics import Metrics
from lenet_server.statuses import status

# A stream that is read faster than it is answered would queue without bound; with a window its sender feels HTTP/2's
# flow control instead.
MAX_IN_FLIGHT = 64


@dataclass(frozen=True)
class Settled:
    """A request of the stream whose outcome is known."""

    request_id: str
    outcome: PendingCall | Exception
    begun: float


@dataclass(eq=False)
class ClassificationStream:
    """Reads requests in a thread of its own while the caller's thread iterates over the responses.

    The two meet in one queue. None in it says that no further request will be started.
    """

    classifier: Classifier
    metrics: Metrics
    context: grpc.ServicerContext
    _settled: SimpleQueue[Settled | None] = field(default_factory=SimpleQueue)
    _window: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MAX_IN_FLIGHT))
    _intake: threading.Lock = field(default_factory=threading.Lock)
    _started: int = 0
    _closed: bool = False
    _draining: bool = False

    def responses(self, requests: Iterator[pb.ClassifyRequest]) -> Iterator[pb.ClassifyResponse]:
        """The response to each request, in the order in which they are ready."""
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
                answered += 1
                self._window.release()
                yield self._response(settled)
        finally:
            self._close_intake()
            self._window.release()
            for _ in range(self._started - answered):
                self.metrics.request_finished("ClassifyStream", grpc.StatusCode.CANCELLED.name, 0.0)
        if self._draining:
            raise Unavailable("the server is shutting down: try another one")

    def drain(self) -> None:
        """Start no further request, answer those that were started, then end the stream as UNAVAILABLE."""
        self._draining = True
        self._close_intake()

    def _read(self, requests: Iterator[pb.ClassifyRequest]) -> None:
        try:
            self._window.acquire()
            for request in requests:
                with self._intake:
                    if self._closed:
                        return
                    self._started += 1
                self._start(request)
                self._window.acquire()
        except grpc.RpcError:  # the caller hung up
            pass
        finally:
            self._close_intake()

    def _start(self, request: pb.ClassifyRequest) -> None:
        begun = time.perf_counter()
        self.metrics.request_started()
        try:
            call = to_call(request, deadline(self.context), lambda: not self.context.is_active())
            self.classifier.start(call, lambda pending: self._settled.put(Settled(request.id, pending, begun)))
        except Exception as error:  # noqa: BLE001 the border of a request: the stream goes on
            self._settled.put(Settled(request.id, error, begun))

    def _close_intake(self) -> None:
        with self._intake:
            if not self._closed:
                self._closed = True
                self._settled.put(None)

    def _response(self, settled: Settled) -> pb.ClassifyResponse:
        code, message = grpc.StatusCode.OK, ""
        try:
            if isinstance(settled.outcome, Exception):
                raise settled.outcome
            return from_answer(settled.request_id, settled.outcome.answer())
        except Exception as error:  # noqa: BLE001 the border of a request: the stream goes on
            code, message = status(error)
            return pb.ClassifyResponse(id=settled.request_id, error=from_error(code, message))
        finally:
            self.metrics.request_finished("ClassifyStream", code.name, time.perf_counter() - settled.begun)
