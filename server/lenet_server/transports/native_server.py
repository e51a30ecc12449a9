"""The native transport: HTTP/2 and gRPC outside the interpreter, by way of pygrpc-native.

Its front hands over all calls that have come since it was last asked, and whatever came while the model ran is the
next batch: one thread receives, computes and answers, without a lock or a switch between. What is slow, the decoding of
pictures, goes to threads of its own. What the front does not serve (streams, health, reflection, questions that need no
model) it passes to a grpcio server behind it, on a Unix socket.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc
from pygrpc_native import EVENT_CALL, NativeGrpcFront

from lenet_server.batching.batcher import Batcher
from lenet_server.batching.progress import Progress
from lenet_server.errors import MessageTooLarge, PortUnavailable, Unavailable
from lenet_server.inference.classifier import Call
from lenet_server.inference.images import Block, needs_decoding
from lenet_server.rpc.methods import Method
from lenet_server.rpc.request_handler import Edge
from lenet_server.rpc.request_id import request_id
from lenet_server.rpc.statuses import number, status
from lenet_server.settings import Settings
from lenet_server.transports.coalescing import DirectPath, Newcomer
from lenet_server.transports.grpc_server import GrpcServer
from lenet_server.transports.native_caller import Event, NativeCaller
from lenet_server.transports.private_folder import PrivateFolder
from lenet_server.transports.server_options import native_options

MAX_EVENTS = 4096
# For the last answers to leave.
LINGER_SECONDS = 0.2

log = logging.getLogger(__name__)


class NativeServer:
    """Holds the port as soon as it is made, answers calls from start() on, and drains in stop()."""

    def __init__(
        self,
        address: str,
        edge: Edge,
        methods: Sequence[Method],
        behind: Callable[[str], GrpcServer],
        settings: Settings,
        cores: int,
        *,
        reuse_port: bool,
    ) -> None:
        """Open the port, `HOST:PORT`; `behind` makes the server behind it at an address of its own.

        Raises PortUnavailable where that is not possible.
        """
        self._edge = edge
        self._classifier = edge.classifier
        self._metrics = edge.metrics
        self._observer = edge.observer
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
        self._behind = behind(f"unix:{socket}")
        self._front.set_fallback(socket)
        self.port = self._front.bound_port
        # Where nobody looks at each call by itself.
        self._direct = (
            None
            if edge.guard or edge.observer
            else DirectPath(self._front, methods, edge, edge.classifier.catalog, settings.max_batch_size)
        )
        self._calls: dict[int, NativeCaller] = {}
        self._settled: list[NativeCaller] = []
        self._thread = threading.Thread(target=self._serve, name="native transport")
        self._decoders = ThreadPoolExecutor(cores, thread_name_prefix="decoder")

    def start(self) -> None:
        """Answer calls, and say so to health checks."""
        self._front.start()
        self._thread.start()
        self._behind.start()

    def announce_shutdown(self) -> None:
        """Tell health checks that no new calls should come; those that come are still answered."""
        self._behind.announce_shutdown()

    def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, answer those that were accepted, and close the port. After the grace the rest is ended."""
        self._behind.stop(grace_seconds)  # drains the edge, and so this transport as well
        threading.Event().wait(LINGER_SECONDS)
        self._front.close()
        self._thread.join()
        self._decoders.shutdown(cancel_futures=True)
        self._folder.close()

    def _serve(self) -> None:
        self._ident = threading.get_ident()
        busy: set[Batcher] = set()  # those for whose calls this thread takes steps
        # Those that have computed in this thread since nothing was waiting.
        unwritten: set[Batcher] = self._direct.ran if self._direct else set()
        while (events := self._front.recv_batch_details(MAX_EVENTS, 0 if busy or unwritten else None)) is not None:
            if events:
                busy |= self._begin_all(events)
                unwritten |= busy
            elif not busy:
                for batcher in unwritten:
                    batcher.write()
                unwritten.clear()
            del events  # whoever waits for the next ones keeps no messages
            busy = {batcher for batcher in busy if batcher.step()}
            if self._settled:
                settled, self._settled = self._settled, []
                self._answer(settled)
                del settled

    def _begin_all(self, events: list[Event]) -> set[Batcher]:
        """Start the calls that have come. Returns the batchers that need steps for them."""
        now = time.monotonic()
        newcomers: list[Newcomer] = []
        left: set[int] = set()
        for kind, call_id, method, payload, _, details in events:
            if kind == EVENT_CALL and payload is not None and details:
                newcomers.append(Newcomer(call_id, method, payload, details))
            else:
                left.add(call_id)
        self._metrics.requests_started(len(newcomers))
        admitted, refusal = self._edge.requests.enter_many(len(newcomers))
        others = newcomers[:admitted]
        if self._direct:
            others = self._direct.answer(others, left, now)
        callers = [self._caller(newcomer, now) for newcomer in others]
        refused = [self._caller(newcomer, now) for newcomer in newcomers[admitted:]]
        for call_id in left & self._calls.keys():
            self._calls[call_id].left = True
        batchers = {
            batcher
            for caller, newcomer in zip(callers, others, strict=True)
            if (batcher := self._begin(caller, newcomer.payload))
        }
        for caller in refused:
            caller.admitted = False
            caller.fail(refusal or Unavailable())
        return batchers

    def _caller(self, newcomer: Newcomer, begun: float) -> NativeCaller:
        call_id, method, _, details = newcomer
        caller = self._calls[call_id] = NativeCaller(call_id, method, details, begun, self._settle)
        return caller

    def _begin(self, caller: NativeCaller, payload: bytes) -> Batcher | None:
        """Start a call. Returns the batcher that needs steps for it, if one does."""
        try:
            if self._edge.guard:
                self._edge.guard.check(self._methods[caller.method].path, caller.metadata())
            if len(payload) > self._max_message_bytes:
                raise MessageTooLarge(len(payload), self._max_message_bytes)
            call, caller.respond = self._methods[caller.method].read(payload, caller)
            caller.request_id = call.request_id
            if self._observer:
                caller.progress = call.progress = Progress()
            if not isinstance(call.images, Block) and needs_decoding(call.images):
                self._decoders.submit(self._decode, caller, call)
                return None
            return self._classifier.start(call, caller.done, wake=False)
        except Exception as error:  # noqa: BLE001 the border of a request: `status` logs what nobody foresaw
            caller.fail(error)
            return None

    def _decode(self, caller: NativeCaller, call: Call) -> None:
        """Start a call of encoded pictures, in a decoder's thread."""
        try:
            self._classifier.start(call, caller.done)
        except Exception as error:  # noqa: BLE001 the border of a request: `status` logs what nobody foresaw
            caller.fail(error)

    def _settle(self, caller: NativeCaller) -> None:
        """Answer a call; those of a batch together."""
        if threading.get_ident() == self._ident:
            self._settled.append(caller)
        else:
            self._answer([caller])

    def _answer(self, settled: list[NativeCaller]) -> None:
        now = time.monotonic()
        replies: list[tuple[int, bytes]] = []
        failures: dict[int, tuple[grpc.StatusCode, str]] = {}
        seconds: dict[tuple[int, str], list[float]] = {}
        for caller in settled:
            code = "OK"
            try:
                replies.append((caller.call_id, caller.response()))
            except Exception as error:  # noqa: BLE001 the border of a request: `status` logs what nobody foresaw
                caller.request_id = request_id(caller, caller.request_id)
                failures[caller.call_id] = status(error, caller.request_id)
                code = failures[caller.call_id][0].name
            seconds.setdefault((caller.method, code), []).append(now - caller.begun)
        # Counted before they are sent: who has an answer finds it counted.
        for (method, code), of_calls in seconds.items():
            self._metrics.requests_finished(self._methods[method].name, code, of_calls)
        for call_id, reply in replies:
            self._front.respond(call_id, reply)
        for call_id, (status_code, message) in failures.items():
            self._front.fail(call_id, number(status_code), message)
        if self._observer:
            for caller in settled:
                status_code, message = failures.get(caller.call_id, (grpc.StatusCode.OK, ""))
                self._observer.call_ended(caller.ended(self._methods[caller.method].name, status_code, message, now))
        for caller in settled:
            del self._calls[caller.call_id]
        self._edge.requests.leave(sum(caller.admitted for caller in settled))
