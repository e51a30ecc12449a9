"""The service grpc.health.v1.Health: Check and Watch.

grpcio's own servicer sends to its watchers under a lock that a watcher which leaves at that moment needs, and the whole
server hangs (grpc pull request 43403). Here nothing is sent under a lock, and watchers that do not read are cancelled.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

Response = health_pb2.HealthCheckResponse
# Threads that send to watchers. Sending blocks while a watcher's flow-control window is closed, so this many watchers
# that do not read delay the others, for SEND_TIMEOUT_SECONDS at most.
SENDERS = 32
# A watcher that has not taken a response for this long is cancelled. A live one takes a round trip.
SEND_TIMEOUT_SECONDS = 10.0


@dataclass(eq=False)
class Watcher:
    """A client that watches the health of a name. If changes are faster than its connection, it gets the last one."""

    name: str
    send: Callable[[Response], None]
    cancel: Callable[[], object]
    sent: Response | None = None  # the last response
    is_sending: bool = False  # whether a thread is sending to it, or about to


class Health(health_pb2_grpc.HealthServicer):
    """The health of each service and model, by its name; the empty name is the whole server."""

    def __init__(self, send_timeout_seconds: float = SEND_TIMEOUT_SECONDS) -> None:
        """A watcher that has not taken a response after the timeout is cancelled."""
        self._send_timeout_seconds = send_timeout_seconds
        self._lock = threading.Lock()
        self._is_serving: dict[str, bool] = {}
        self._watchers: dict[str, set[Watcher]] = {}
        self._ended = False
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="health")

    def set(self, name: str, *, is_serving: bool) -> None:
        """Set whether a name is SERVING. Has no effect after end()."""
        with self._lock:
            if not self._ended:
                self._set(name, is_serving)

    def end(self) -> None:
        """Set all names to NOT_SERVING, for good."""
        with self._lock:
            for name in self._is_serving:
                self._set(name, False)
            self._ended = True

    def close(self) -> None:
        """Release the threads, once the server has stopped."""
        self._senders.shutdown(wait=False)

    def Check(self, request: health_pb2.HealthCheckRequest, context: grpc.ServicerContext) -> Response:  # noqa: N802
        """The health of a name; NOT_FOUND if it is unknown."""
        with self._lock:
            response = self._response(request.service)
        if response.status == Response.SERVICE_UNKNOWN:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no service or model {request.service[:100]!r}")
        return response

    def Watch(  # type: ignore[override]  # noqa: N802  grpcio passes the callback by the mark below
        self,
        request: health_pb2.HealthCheckRequest,
        context: grpc.ServicerContext,
        send_response_callback: Callable[[Response], None],
    ) -> None:
        """Send the health of a name now and after each change. Holds no thread between changes."""
        watcher = Watcher(request.service, send_response_callback, context.cancel)
        with self._lock:
            self._watchers.setdefault(watcher.name, set()).add(watcher)
            self._notify(watcher)
        if not context.add_callback(lambda: self._remove(watcher)):  # the client has left already
            self._remove(watcher)

    Watch.experimental_non_blocking = True  # type: ignore[attr-defined]

    def _set(self, name: str, is_serving: bool) -> None:
        self._is_serving[name] = is_serving
        for watcher in self._watchers.get(name, ()):
            self._notify(watcher)

    def _response(self, name: str) -> Response:
        is_serving = self._is_serving.get(name)
        if is_serving is None:
            return Response(status=Response.SERVICE_UNKNOWN)
        return Response(status=Response.SERVING if is_serving else Response.NOT_SERVING)

    def _notify(self, watcher: Watcher) -> None:
        if not watcher.is_sending:
            watcher.is_sending = True
            self._senders.submit(self._send, watcher)

    def _send(self, watcher: Watcher) -> None:
        while response := self._unsent(watcher):
            timeout = threading.Timer(self._send_timeout_seconds, watcher.cancel)
            timeout.daemon = True
            timeout.start()
            watcher.send(response)
            timeout.cancel()

    def _unsent(self, watcher: Watcher) -> Response | None:
        """The response to send next, or None if the watcher has the current one; then sending ends."""
        with self._lock:
            response = self._response(watcher.name)
            if response == watcher.sent:
                watcher.is_sending = False
                return None
            watcher.sent = response
            return response

    def _remove(self, watcher: Watcher) -> None:
        with self._lock:
            watchers = self._watchers[watcher.name]
            watchers.discard(watcher)
            if not watchers:
                del self._watchers[watcher.name]
