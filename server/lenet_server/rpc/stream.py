"""One streaming call: many requests, answered as soon as each is ready, or in their order."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Generic, NamedTuple

import grpc

from lenet_server.batching.call_context import Caller
from lenet_server.errors import Unavailable
from lenet_server.inference.call import PendingCall
from lenet_server.inference.classifier import Classifier
from lenet_server.rpc.completion import Completion, Failure, Request
from lenet_server.rpc.methods import Message, Read, Response

# Requests of a stream that are read and not answered yet. More stay unread, and HTTP/2's flow control holds the client
# back. 64 is the default batch size: one stream can fill a batch.
MAX_IN_FLIGHT = 64


class Streamed(NamedTuple, Generic[Response]):
    """A request of the stream whose outcome is known."""

    number: int  # from 0, in the order of the requests
    message_id: str
    request: Request[Response]


@dataclass(eq=False)
class RequestStream(Generic[Message, Response]):
    """Reads requests in a thread of its own while the caller's thread iterates over the responses.

    The two threads share one queue, in which None says that no further request will be started.
    """

    classifier: Classifier
    completion: Completion
    caller: Caller
    method: str
    read: Read[Message, Response]
    refuse: Callable[[str, grpc.StatusCode, str], Response]
    in_order: bool
    _done: SimpleQueue[Streamed[Response] | None] = field(default_factory=SimpleQueue)
    _unsent: dict[int, Streamed[Response]] = field(default_factory=dict)
    _window: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MAX_IN_FLIGHT))
    _intake: threading.Lock = field(default_factory=threading.Lock)
    _started: int = 0
    _closed: bool = False
    _draining: bool = False

    def responses(self, requests: Iterator[Message]) -> Iterator[Response]:
        """The response to each request."""
        # The thread ends with `requests`: at the latest with the stream.
        threading.Thread(target=self._read, args=(requests,), name="stream reader", daemon=True).start()
        answered = 0
        closed = False
        try:
            while not closed or answered < self._started:
                done = self._done.get()
                if done is None:
                    closed = True
                    continue
                self._unsent[done.number] = done
                due = answered if self.in_order else done.number
                while due in self._unsent:
                    answered += 1
                    self._window.release()
                    yield self._response(self._unsent.pop(due))
                    due += 1
        finally:
            self._close_intake()
            self._window.release()
            self.completion.count_abandoned(self.method, self._started - answered)
        if self._draining:
            raise Unavailable

    def drain(self) -> None:
        """Start no further request, answer those that were started, then end the stream as UNAVAILABLE."""
        self._draining = True
        self._close_intake()

    def _read(self, requests: Iterator[Message]) -> None:
        try:
            self._window.acquire()
            for message in requests:
                with self._intake:
                    if self._closed:
                        return
                    number = self._started
                    self._started += 1
                self._start(number, message)
                self._window.acquire()
        except grpc.RpcError:  # the client hung up
            pass
        finally:
            self._close_intake()

    def _start(self, number: int, message: Message) -> None:
        begun = time.monotonic()
        message_id = message.id  # without the message, whose images need not be kept until the response
        timings = self.completion.new_timings()

        def done(respond: Callable[[Request[Response]], Response]) -> None:
            request = Request(self.method, self.caller, respond, begun, message_id, timings)
            self._done.put(Streamed(number, message_id, request))

        self.completion.start()
        try:
            call, respond = self.read(message, self.caller)
            call.timings = timings

            def answered(pending: PendingCall) -> None:
                done(lambda _: respond(pending))

            self.classifier.start(call, answered)
        except Exception as error:  # noqa: BLE001 the border of a request: the stream goes on
            done(_raise(error))

    def _close_intake(self) -> None:
        with self._intake:
            if not self._closed:
                self._closed = True
                self._done.put(None)

    def _response(self, done: Streamed[Response]) -> Response:
        outcome = self.completion.complete_one(done.request)
        return self.refuse(done.message_id, *outcome) if isinstance(outcome, Failure) else outcome


def _raise(error: Exception) -> Callable[[Request[Response]], Response]:
    def respond(_: Request[Response]) -> Response:
        raise error

    return respond
