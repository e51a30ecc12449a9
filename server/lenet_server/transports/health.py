"""Health checks by grpc.health.v1: asked for, or watched as they change.

grpcio's own servicer sends to its watchers while it holds a lock that a watcher who leaves at that moment needs, and
the whole server stands still (grpc pull request 43403). Here nothing is sent under a lock, and a watcher who does not
take what it is told is let go.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

Response = health_pb2.HealthCheckResponse
# Sending waits for the other side, which may have closed its window: so many watchers may make the others wait.
SENDERS = 32
PATIENCE_SECONDS = 10.0


@dataclass(eq=False)
class Watcher:
    """A caller who wants to know how a name is. Of changes faster than its connection it hears the last."""

    name: str
    send: Callable[[Response], None]
    let_go: Callable[[], object]
    told: Response | None = None
    due: bool = False  # whether something is on its way to it


class Health(health_pb2_grpc.HealthServicer):
    """What is well, by the name of a service or a model; the empty name is the whole server."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """A watcher who has not taken an answer after so long is let go."""
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._well: dict[str, bool] = {}
        self._watchers: dict[str, set[Watcher]] = {}
        self._ended = False
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="health")

    def set(self, name: str, *, well: bool) -> None:
        """Say from now on whether a name takes calls. Of no effect after end()."""
        with self._lock:
            if not self._ended:
                self._set(name, well)

    def end(self) -> None:
        """Say from now on that nothing takes calls."""
        with self._lock:
            for name in self._well:
                self._set(name, False)
            self._ended = True

    def close(self) -> None:
        """Let go of the threads, when the server has stopped."""
        self._senders.shutdown(wait=False)

    def Check(self, request: health_pb2.HealthCheckRequest, context: grpc.ServicerContext) -> Response:  # noqa: N802
        """Say whether a name takes calls; NOT_FOUND where nothing has that name."""
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
        """Say the same now, and again at each change. Takes no thread while nothing changes."""
        watcher = Watcher(request.service, send_response_callback, context.cancel)
        with self._lock:
            self._watchers.setdefault(watcher.name, set()).add(watcher)
            self._notify(watcher)
        if not context.add_callback(lambda: self._leave(watcher)):  # the caller has left already
            self._leave(watcher)

    Watch.experimental_non_blocking = True  # type: ignore[attr-defined]

    def _set(self, name: str, well: bool) -> None:
        self._well[name] = well
        for watcher in self._watchers.get(name, ()):
            self._notify(watcher)

    def _response(self, name: str) -> Response:
        well = self._well.get(name)
        if well is None:
            return Response(status=Response.SERVICE_UNKNOWN)
        return Response(status=Response.SERVING if well else Response.NOT_SERVING)

    def _notify(self, watcher: Watcher) -> None:
        if not watcher.due:
            watcher.due = True
            self._senders.submit(self._send, watcher)

    def _send(self, watcher: Watcher) -> None:
        while response := self._news(watcher):
            impatience = threading.Timer(self._patience_seconds, watcher.let_go)
            impatience.daemon = True
            impatience.start()
            watcher.send(response)
            impatience.cancel()

    def _news(self, watcher: Watcher) -> Response | None:
        """What a watcher has not heard yet. None where there is nothing, and then nothing is on its way any more."""
        with self._lock:
            response = self._response(watcher.name)
            if response == watcher.told:
                watcher.due = False
                return None
            watcher.told = response
            return response

    def _leave(self, watcher: Watcher) -> None:
        with self._lock:
            watchers = self._watchers[watcher.name]
            watchers.discard(watcher)
            if not watchers:
                del self._watchers[watcher.name]
