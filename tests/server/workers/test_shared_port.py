"""SharedPort: several processes of one server listen on it, and no other server can."""

import socket

import pytest

from lenet_server.errors import PortUnavailable
from lenet_server.workers.shared_port import SharedPort


def listener(host: str, port: int) -> socket.socket:
    """Listen as both transports do in a worker."""
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    opened.bind((host, port))
    opened.listen()
    return opened


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::", "localhost"])  # noqa: S104
def test_workers_share_the_port_and_another_server_is_refused(host: str) -> None:
    if ":" in host and not socket.has_ipv6:
        pytest.skip("needs IPv6")
    port = SharedPort(host, 0, "--port")
    address = "127.0.0.1" if host == "localhost" else host
    refused = pytest.raises(PortUnavailable, match=f"cannot listen on {host}:{port.number} .*--port")
    with listener(address, port.number), listener(address, port.number), refused:
        SharedPort(host, port.number, "--port")
    with pytest.raises(PortUnavailable):
        SharedPort(host, port.number, "--port")
    port.close()
    SharedPort(host, port.number, "--port").close()


def test_a_port_is_free_again_while_old_connections_linger() -> None:
    port = SharedPort("127.0.0.1", 0, "--port")
    with listener("127.0.0.1", port.number) as server, socket.create_connection(("127.0.0.1", port.number)):
        accepted, _ = server.accept()
        accepted.close()  # the side that closes first lingers in TIME_WAIT
    port.close()
    SharedPort("127.0.0.1", port.number, "--port").close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(PortUnavailable, match=f"cannot listen on {host}:0"):
        SharedPort(host, 0, "--port")
