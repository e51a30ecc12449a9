"""Handles the requests of all services and transports: admits them, has them answered, and completes them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from typing import Any

import grpc

from lenet_server.batching.inline_runner import InlineRunner
from lenet_server.errors import QueueFull, Unavailable
from lenet_server.inference.call import PendingCall
from lenet_server.inference.classifier import Classifier
from lenet_server.metrics.server import Metrics
from lenet_server.observability.call_observer import CallObserver
from lenet_server.rpc.admission import Admission
from lenet_server.rpc.completion import Completion, Failure, Request
from lenet_server.rpc.grpc_caller import GrpcCaller
from lenet_server.rpc.methods import Message, Method, Read, Response
from lenet_server.rpc.statuses import status
from lenet_server.rpc.stream import RequestStream
from lenet_server.security.authorizer import Authorizer


class RequestHandler:
    """Shared by all services and transports of a server, so that one drain ends them all.

    Attributes: `classifier`; `completion`; `requests`, the admission of unary calls that classify; `authorizer`, which
    a transport asks before it hands a call over, or None.
    """

    def __init__(
        self,
        classifier: Classifier,
        metrics: Metrics,
        max_requests: int,
        max_streams: int,
        *,
        authorizer: Authorizer | None = None,
        observer: CallObserver | None = None,
    ) -> None:
        """`max_requests` and `max_streams` limit the unary calls that classify, and the streams, that are open."""
        self.classifier = classifier
        self.completion = Completion(metrics, observer)
        self.authorizer = authorizer
        self.requests = Admission(max_requests, metrics.rejected)
        self._streams = Admission(max_streams, metrics.rejected)
        # Methods that need no model: not limited, so that a full server can still report its state.
        self._queries = Admission(None, metrics.rejected)
        self._admissions = (self.requests, self._streams, self._queries)
        self._open_streams: set[RequestStream[Any, Any]] = set()

    def respond(self, method: str, context: grpc.ServicerContext, respond: Callable[[], Response]) -> Response:
        """The response of a method that needs no model."""

        def admitted(_: Request[Response]) -> Response:
            with self._queries.admitted():
                return respond()

        return self._complete(Request(method, GrpcCaller(context), admitted), context)

    def classify(self, method: Method, payload: bytes, context: grpc.ServicerContext) -> bytes:
        """The response of a unary method that classifies; request and response are serialised messages."""
        request = Request[bytes](method.name, GrpcCaller(context), partial(self._classify, method, payload))
        return self._complete(request, context)

    def classify_stream(
        self,
        method: str,
        context: grpc.ServicerContext,
        requests: Iterator[Message],
        read: Read[Message, Response],
        refuse: Callable[[str, grpc.StatusCode, str], Response],
        *,
        in_order: bool,
    ) -> Iterator[Response]:
        """The responses of a stream; `refuse` makes one of a failed request's id, status code and message."""
        stream = RequestStream(self.classifier, self.completion, GrpcCaller(context), method, read, refuse, in_order)
        try:
            # In this order: a stream that is admitted just before a drain is known to the drain.
            with self._open(stream), self._streams.admitted():
                yield from stream.responses(requests)
        except (QueueFull, Unavailable) as error:
            context.abort(*status(error))

    def drain(self, timeout_seconds: float) -> None:
        """Refuse new calls, let open streams end with the requests they have read, and wait until all are answered."""
        deadline = time.monotonic() + timeout_seconds
        for admission in self._admissions:
            admission.close()
        for stream in list(self._open_streams):
            stream.drain()
        for admission in self._admissions:
            admission.wait_until_quiet(max(0.0, deadline - time.monotonic()))

    def _complete(self, request: Request[Response], context: grpc.ServicerContext) -> Response:
        self.completion.start()
        outcome = self.completion.complete_one(request)
        if isinstance(outcome, Failure):
            context.abort(*outcome)
        return outcome

    def _classify(self, method: Method, payload: bytes, request: Request[bytes]) -> bytes:
        with self.requests.admitted():
            call, respond = method.read(payload, request.caller)
            request.request_id = call.request_id
            request.timings = call.timings = self.completion.new_timings()
            done: SimpleQueue[PendingCall] = SimpleQueue()
            runner = InlineRunner()
            self.classifier.start(call, done.put, runner.submit)
            runner.finish()
            return respond(done.get())

    @contextmanager
    def _open(self, stream: RequestStream[Message, Response]) -> Iterator[None]:
        self._open_streams.add(stream)
        try:
            yield
        finally:
            self._open_streams.discard(stream)
