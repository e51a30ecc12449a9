"""The native transport: HTTP/2 and gRPC outside the interpreter, in pygrpc-native.

Its front hands over all calls that have arrived since the last time, so one thread receives, computes and answers
without locks or thread switches, and the calls that came while the model ran are the next batch. Encoded images are
decoded in threads of their own. What the front does not serve (streams, health, reflection, methods that need no model)
it passes to a grpcio server, the fallback, on a Unix socket.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from pygrpc_native import EVENT_CALL, NativeGrpcFront

from lenet_server.batching.inline_runner import InlineRunner
from lenet_server.errors import MessageTooLarge, PortUnavailable, Unavailable
from lenet_server.inference.call import Call
from lenet_server.inference.images import ImageBlock, needs_decoding
from lenet_server.rpc.completion import Failure
from lenet_server.rpc.methods import Method
from lenet_server.rpc.request_handler import RequestHandler
from lenet_server.rpc.statuses import number
from lenet_server.settings import Settings
from lenet_server.transports.coalescing import Coalescer, IncomingCall
from lenet_server.transports.grpc_server import GrpcServer
from lenet_server.transports.native_call import Event, NativeCall
from lenet_server.transports.private_folder import PrivateFolder
from lenet_server.transports.server_options import native_options

# Events taken from the front at a time: more than the calls that can be admitted with default settings, so one take
# empties it.
MAX_EVENTS = 4096
# After the last response: the front's own thread needs a moment to send it, and has no call that waits for that.
LINGER_SECONDS = 0.2


class NativeServer:
    """Holds the port as soon as it is made, answers calls from start() on, and drains in stop()."""

    def __init__(
        self,
        address: str,
        handler: RequestHandler,
        methods: Sequence[Method],
        make_fallback: Callable[[str], GrpcServer],
        settings: Settings,
        cores: int,
        *,
        reuse_port: bool,
    ) -> None:
        """Open the port, `HOST:PORT`; `make_fallback` opens the grpcio server at an address of its own.

        Raises PortUnavailable if that is not possible.
        """
        self._handler = handler
        self._completion = handler.completion
        self._classifier = handler.classifier
        self._methods = methods
        self._max_message_bytes = settings.max_message_bytes
        try:
            self._front = NativeGrpcFront(
                address,
                [(method.path, False) for method in methods],
                io_threads=1,
                call_details=True,
                reuse_port=reuse_port,
                **native_options(settings),
            )
        except OSError as error:
            raise PortUnavailable(settings.host, settings.port, "--port") from error
        self._folder = PrivateFolder()
        socket = str(self._folder.path / "grpc.sock")
        self._fallback = make_fallback(f"unix:{socket}")
        self._front.set_fallback(socket)
        self.port = self._front.bound_port
        self._runner = InlineRunner()
        self._coalescer = (
            None
            if handler.authorizer or handler.completion.is_observed
            else Coalescer(
                self._front, methods, handler, handler.classifier.catalog, settings.max_batch_size, self._runner
            )
        )
        self._calls: dict[int, NativeCall] = {}
        self._completed: list[NativeCall] = []
        self._thread = threading.Thread(target=self._serve, name="native transport")
        self._decoders = ThreadPoolExecutor(cores, thread_name_prefix="decoder")

    def start(self) -> None:
        """Answer calls, and report SERVING to health checks."""
        self._front.start()
        self._thread.start()
        self._fallback.start()

    def announce_shutdown(self) -> None:
        """Report NOT_SERVING to health checks; calls are still answered."""
        self._fallback.announce_shutdown()

    def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, answer those that were accepted, and close the port. After the grace the rest is ended."""
        self._fallback.stop(grace_seconds)  # drains the request handler, which both servers share
        time.sleep(LINGER_SECONDS)
        self._front.close()
        self._thread.join()
        self._decoders.shutdown(cancel_futures=True)
        self._folder.close()

    def _serve(self) -> None:
        self._ident = threading.get_ident()
        runner = self._runner
        while (events := self._front.recv_batch_details(MAX_EVENTS, 0 if runner.is_busy else None)) is not None:
            if events:
                self._begin_all(events)
            else:
                runner.flush()
            del events  # so that the messages are freed while the thread waits for the next ones
            runner.step()
            if self._completed:
                completed, self._completed = self._completed, []
                self._answer(completed)
                del completed

    def _begin_all(self, events: list[Event]) -> None:
        """Start the calls that have arrived, and mark those whose clients have left."""
        now = time.monotonic()
        incoming: list[IncomingCall] = []
        left: set[int] = set()
        for kind, call_id, method, payload, _, details in events:
            if kind == EVENT_CALL and payload is not None and details:
                incoming.append(IncomingCall(call_id, method, payload, details))
            else:
                left.add(call_id)
        self._completion.start(len(incoming))
        admitted, refusal = self._handler.requests.enter_many(len(incoming))
        others = incoming[:admitted]
        if self._coalescer:
            others = self._coalescer.answer(others, left, now)
        calls = [self._native_call(each, now) for each in others]
        refused = [self._native_call(each, now) for each in incoming[admitted:]]
        for call_id in left & self._calls.keys():
            self._calls[call_id].left = True
        for call, each in zip(calls, others, strict=True):
            self._begin(call, self._methods[each.method], each.payload)
        for call in refused:
            call.admitted = False
            call.fail(refusal or Unavailable())

    def _native_call(self, incoming: IncomingCall, begun: float) -> NativeCall:
        call_id, method, _, details = incoming
        call = self._calls[call_id] = NativeCall(call_id, self._methods[method].name, details, begun, self._complete)
        return call

    def _begin(self, native_call: NativeCall, method: Method, payload: bytes) -> None:
        """Start a call, in this thread or, if images must be decoded, in a decoder's."""
        try:
            if self._handler.authorizer:
                self._handler.authorizer.check(method.path, native_call.metadata())
            if len(payload) > self._max_message_bytes:
                raise MessageTooLarge(len(payload), self._max_message_bytes)
            call, native_call.respond = method.read(payload, native_call)
            native_call.request_id = call.request_id
            native_call.timings = call.timings = self._completion.new_timings()
            if not isinstance(call.images, ImageBlock) and needs_decoding(call.images):
                self._decoders.submit(self._decode, native_call, call)
            else:
                self._classifier.start(call, native_call.done, self._runner.submit)
        except Exception as error:  # noqa: BLE001 the border of a request: its status reports the error
            native_call.fail(error)

    def _decode(self, native_call: NativeCall, call: Call) -> None:
        """Start a call with encoded images, in a decoder's thread."""
        try:
            self._classifier.start(call, native_call.done)
        except Exception as error:  # noqa: BLE001 the border of a request: its status reports the error
            native_call.fail(error)

    def _complete(self, call: NativeCall) -> None:
        """Answer a call; those of this thread's batch together, after it."""
        if threading.get_ident() == self._ident:
            self._completed.append(call)
        else:
            self._answer([call])

    def _answer(self, calls: list[NativeCall]) -> None:
        outcomes = self._completion.complete(calls)
        for call, outcome in zip(calls, outcomes, strict=True):
            if isinstance(outcome, Failure):
                self._front.fail(call.call_id, number(outcome.code), outcome.message)
            else:
                self._front.respond(call.call_id, outcome)
        self._completion.observe(calls, outcomes)
        for call in calls:
            del self._calls[call.call_id]
        self._handler.requests.leave(sum(call.admitted for call in calls))
