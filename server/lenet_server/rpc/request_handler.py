"""The border that every request of every service crosses: admitted, counted, and turned into an answer or a status."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

import grpc

from lenet_server.batching.progress import Progress
from lenet_server.errors import QueueFull, Unavailable
from lenet_server.inference.classifier import Classifier, PendingCall
from lenet_server.metrics.server import Metrics
from lenet_server.observability.call_observer import CallObserver, EndedCall
from lenet_server.rpc.admission import Admission
from lenet_server.rpc.exchange import Read, Request, Response
from lenet_server.rpc.grpc_caller import GrpcCaller
from lenet_server.rpc.methods import Method
from lenet_server.rpc.request_id import request_id
from lenet_server.rpc.statuses import status
from lenet_server.rpc.stream import RequestStream
from lenet_server.security.authorizer import Authorizer


class Edge:
    """Shared by all services and transports of a server, so that one drain ends them all.

    Attributes: `classifier` and `metrics`; `requests`, the door for those that classify; `guard`, whom the transports
    ask before they hand a call over, None where everybody may call; and `observer`, who watches calls, None where
    nobody does.
    """

    def __init__(
        self,
        classifier: Classifier,
        metrics: Metrics,
        max_requests: int,
        max_streams: int,
        *,
        guard: Authorizer | None = None,
        observer: CallObserver | None = None,
    ) -> None:
        self.classifier = classifier
        self.metrics = metrics
        self.guard = guard
        self.observer = observer
        self.requests = Admission(max_requests, metrics.rejected)
        self._streams = Admission(max_streams, metrics.rejected)
        # What is answered without a model: quickly, and above all when a full server is asked how it is.
        self._questions = Admission(None, metrics.rejected)
        self._doors = (self.requests, self._streams, self._questions)
        self._open_streams: set[RequestStream[Any, Any]] = set()

    def respond(self, method: str, context: grpc.ServicerContext, respond: Callable[[], Response]) -> Response:
        """The response to a request that needs no model."""
        return self._respond(self._questions, method, context, GrpcCaller(context), respond)

    def _respond(
        self,
        door: Admission,
        method: str,
        context: grpc.ServicerContext,
        caller: GrpcCaller,
        respond: Callable[[], Response],
    ) -> Response:
        """Count the request, and turn what it raises into a status."""
        begun = time.monotonic()
        code, message = grpc.StatusCode.OK, ""
        self.metrics.request_started()
        try:
            with door.admitted():
                return respond()
        except Exception as error:  # noqa: BLE001 the border of a request: `status` logs what nobody foresaw
            caller.request_id = request_id(caller, caller.request_id)
            code, message = status(error, caller.request_id)
            context.abort(code, message)
        finally:
            ended = time.monotonic()
            self.metrics.request_finished(method, code.name, ended - begun)
            if self.observer:
                named = request_id(caller, caller.request_id)
                self.observer.call_ended(EndedCall(method, caller, named, code, message, begun, ended, caller.progress))

    def classify(self, method: Method, payload: bytes, context: grpc.ServicerContext) -> bytes:
        """The response to one request, when the model has answered; both as bytes."""
        caller = GrpcCaller(context)

        def respond() -> bytes:
            done: SimpleQueue[PendingCall] = SimpleQueue()
            call, make = method.read(payload, caller)
            caller.request_id = call.request_id
            if self.observer:
                caller.progress = call.progress = Progress()
            # This thread has nothing to do but wait: where the model is free it computes, and saves the way to the
            # batcher's thread and back.
            batcher = self.classifier.start(call, done.put, wake=False)
            if batcher:
                if batcher.step():
                    batcher.wake()
                else:
                    batcher.write()
            return make(done.get())

        return self._respond(self.requests, method.name, context, caller, respond)

    def classify_stream(
        self,
        method: str,
        context: grpc.ServicerContext,
        requests: Iterator[Request],
        read: Read[Request, Response],
        refuse: Callable[[str, grpc.StatusCode, str], Response],
        *,
        in_order: bool,
    ) -> Iterator[Response]:
        """The responses to a stream of requests; `refuse` makes that to a request by its id, status and message."""
        stream = RequestStream(
            self.classifier, self.metrics, self.observer, GrpcCaller(context), method, read, refuse, in_order
        )
        try:
            # In this order: a stream that is admitted just before a drain is known to it.
            with self._open(stream), self._streams.admitted():
                yield from stream.responses(requests)
        except (QueueFull, Unavailable) as error:
            context.abort(*status(error))

    def drain(self, seconds: float) -> None:
        """Refuse new calls, let open streams end with what they have read, and wait until all is answered.

        Returns after so many seconds at the latest.
        """
        deadline = time.monotonic() + seconds
        for door in self._doors:
            door.close()
        for stream in list(self._open_streams):
            stream.drain()
        for door in self._doors:
            door.wait_until_quiet(max(0.0, deadline - time.monotonic()))

    @contextmanager
    def _open(self, stream: RequestStream[Request, Response]) -> Iterator[None]:
        self._open_streams.add(stream)
        try:
            yield
        finally:
            self._open_streams.discard(stream)
