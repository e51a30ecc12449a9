"""A real HTTP server on this machine that hands out small IDX files, also damaged ones."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Mirror:
    """The server's responses: a body per file name, cut off after `cut` bytes if given."""

    url: str
    bodies: dict[str, bytes] = field(default_factory=dict)
    cut: int | None = None
    asked: list[str] = field(default_factory=list)


@contextmanager
def running_mirror() -> Iterator[Mirror]:
    """A running server with nothing to give yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/mnist/")
            served.asked.append(name)
            if name not in served.bodies:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(served.bodies[name])))
            self.end_headers()
            self.wfile.write(served.bodies[name][: served.cut])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Keep the tests' output free of requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Mirror(f"http://127.0.0.1:{server.server_port}/mnist/")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield served
        server.shutdown()
        thread.join()
