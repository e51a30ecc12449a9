"""Servers of one service that a test has written, over a real socket."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc


@contextmanager
def served(add: Callable[[grpc.Server], None], threads: int = 4) -> Iterator[str]:
    """HOST:PORT of a server to which `add` adds the service; whoever still waits at the end is let go."""
    server = grpc.server(ThreadPoolExecutor(threads))
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
