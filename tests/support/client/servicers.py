"""Real gRPC servers for servicers written by a test."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc


@contextmanager
def serve(add: Callable[[grpc.Server], None], threads: int = 4) -> Iterator[str]:
    """HOST:PORT of a server to which `add` adds the service. Open calls are cancelled at the end."""
    server = grpc.server(ThreadPoolExecutor(threads))
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
