"""A TCP port that several processes of this server listen on, and no other program."""

import socket
from contextlib import ExitStack
from typing import Any

from lenet_server.errors import PortUnavailable


class SharedPort:
    """Holds the port, without listening, until close(): the workers that share it come and go.

    Attributes: `number`, the port that was asked for, or a free one where that was 0.
    """

    def __init__(self, host: str, port: int, flag: str) -> None:
        """Raises PortUnavailable where the port cannot be had, naming the flag that changes it."""
        self.number = port
        self._holders = ExitStack()
        try:
            for family, *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
                self._hold(family, address)
        except OSError as error:
            self.close()
            raise PortUnavailable(host, port, flag, error.strerror or str(error)) from error

    def _hold(self, family: socket.AddressFamily, address: tuple[Any, ...]) -> None:
        host, _, *rest = address
        self.number = _free(family, (host, self.number, *rest))
        holder = self._holders.enter_context(socket.socket(family, socket.SOCK_STREAM))
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((host, self.number, *rest))

    def close(self) -> None:
        """Let go of the port."""
        self._holders.close()


def _free(family: socket.AddressFamily, address: tuple[Any, ...]) -> int:
    """The number of a port that nobody has: with SO_REUSEPORT alone, a second server would be let in silently."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As every server does: else the connections of one that has just ended would be in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        number: int = probe.getsockname()[1]
        return number
