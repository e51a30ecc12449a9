"""The HTTP port: /metrics for Prometheus, /livez and /readyz for orchestrators."""

import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from lenet_server.errors import PortUnavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

# Seconds before a silent connection is closed, since each holds a thread. Prometheus' default scrape timeout is 10 too.
IDLE_TIMEOUT_SECONDS = 10


class HttpServer:
    """Serves HTTP in a background thread from start() to stop()."""

    def __init__(self, host: str, port: int, registry: CollectorRegistry, is_ready: Callable[[], bool]) -> None:
        """Open the port. Raises PortUnavailable if that fails."""
        try:
            server = _Ipv6Server if ":" in host else _Server
            self._server = make_server(host, port, _application(registry, is_ready), server, _QuietHandler)
        except OSError as error:
            raise PortUnavailable(host, port, "--http-port", error.strerror or str(error)) from error
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="http")

    def start(self) -> None:
        """Start to answer requests."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and stop the thread."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without the base class's socket.getfqdn(), which may take seconds without DNS."""
        TCPServer.server_bind(self)
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Log an exception, unless the client timed out or disconnected."""
        if not isinstance(sys.exception(), TimeoutError | ConnectionError):
            log.exception("an HTTP request failed unexpectedly")


class _Ipv6Server(_Server):
    address_family = socket.AF_INET6


class _QuietHandler(WSGIRequestHandler):
    timeout = IDLE_TIMEOUT_SECONDS

    def log_message(self, *_: object) -> None:
        """Log nothing: scrapes and probes come every few seconds."""


def _application(registry: CollectorRegistry, is_ready: Callable[[], bool]) -> "WSGIApplication":
    metrics: WSGIApplication = make_wsgi_app(registry)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                return metrics(environ, start_response)
            case "/livez":
                return _text(start_response, "200 OK", "alive")
            case "/readyz" if is_ready():
                return _text(start_response, "200 OK", "ready")
            case "/readyz":
                return _text(start_response, "503 Service Unavailable", "not ready")
            case _:
                return _text(start_response, "404 Not Found", "not found: use /metrics, /livez or /readyz")

    return application


def _text(start_response: "StartResponse", status: str, body: str) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{body}\n".encode()]
