"""A TCP port shared by the worker processes of one server, and refused to any other server."""

import socket
from contextlib import ExitStack
from typing import Any

from lenet_server.errors import PortUnavailable


class SharedPort:
    """Reserves the port until close(), without listening; workers listen on it with SO_REUSEPORT.

    Attributes: `number`, the port; a free one if 0 was requested.
    """

    def __init__(self, host: str, port: int, flag: str) -> None:
        """Reserve the port on all addresses of the host. Raises PortUnavailable, which names `flag`."""
        self.number = port
        self._sockets = ExitStack()
        try:
            for family, *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
                self._reserve(family, address)
        except OSError as error:
            self.close()
            raise PortUnavailable(host, port, flag, error.strerror or str(error)) from error

    def _reserve(self, family: socket.AddressFamily, address: tuple[Any, ...]) -> None:
        host, _, *rest = address
        self.number = _free_port(family, (host, self.number, *rest))
        bound = self._sockets.enter_context(socket.socket(family, socket.SOCK_STREAM))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((host, self.number, *rest))

    def close(self) -> None:
        """Release the port."""
        self._sockets.close()


def _free_port(family: socket.AddressFamily, address: tuple[Any, ...]) -> int:
    """Return the port of the address, or a free one for port 0. Raises OSError if another socket is bound to it.

    Binding with SO_REUSEPORT would not fail, and two servers would share the port unnoticed.
    """
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: else lingering connections of a stopped server block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        number: int = probe.getsockname()[1]
        return number
