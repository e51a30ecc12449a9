"""Several connections to one server, several servers behind one name, and servers that come and go."""

import signal
from collections.abc import Callable
from contextlib import ExitStack

import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet_client import Client, ImageError, Prediction, ServerUnavailable
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.client.counted import images_counted
from tests.conftest import ROOT
from tests.processes import ServerProcess

Connect = Callable[..., Client]
MODELS = f"--model-repository={ROOT / 'models'}"


def test_addresses_of_one_name_take_turns(connect: Connect, digits: NDArray[np.uint8]) -> None:
    settings = Settings(model_repository=ROOT / "models", port=0, http_port=0, transport="grpcio")
    with ExitStack() as stack:
        apps = [stack.enter_context(App(settings, CollectorRegistry())) for _ in range(2)]
        name = "ipv4:" + ",".join(f"127.0.0.1:{app.grpc_port}" for app in apps)
        with connect(name, connections=1) as client:
            for image in digits:
                client.classify(image)
        shares = [images_counted(app.http_port) for app in apps]
    assert sum(shares) == 64
    assert min(shares) >= 16  # in turns, once both are connected


def test_a_name_is_looked_up(connect: Connect, address: str, digits: NDArray[np.uint8]) -> None:
    port = address.rpartition(":")[2]
    with connect(f"dns:///localhost:{port}") as client:
        assert client.classify(digits[0]) == client.classify(digits[0])


def test_no_connection_at_all_is_refused(connect: Connect) -> None:
    with pytest.raises(ValueError, match="connections is 0"):
        connect("localhost:1", connections=0)


def test_a_stopped_server_is_away_for_as_long_as_patience_lasts(connect: Connect, digits: NDArray[np.uint8]) -> None:
    settings = Settings(model_repository=ROOT / "models", port=0, http_port=0)
    with App(settings, CollectorRegistry()) as app:
        address = f"127.0.0.1:{app.grpc_port}"
    with connect(address, patience=0.2, timeout=5) as client, pytest.raises(ServerUnavailable, match=address):
        list(client.classify_many(digits))


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("transport_name", ["native", "grpcio"])
def test_a_restart_in_the_middle_loses_nothing(digits: NDArray[np.uint8], ordered: bool, transport_name: str) -> None:
    """The server is killed, comes back at the same port, is stopped, comes back: each image has its one result."""
    flags = [MODELS, "--workers=1", f"--transport={transport_name}"]
    server = ServerProcess(*flags)
    address = f"127.0.0.1:{server.grpc_port}"
    try:
        with Client(address) as client:
            labels = [client.classify(each).label for each in digits]
            seen: dict[int, str] = {}
            images = (digits[index % 64] for index in range(64 * 100))
            results = client.classify_many(images, ordered=ordered)  # type: ignore[call-overload]
            for index, result in enumerate(results) if ordered else results:
                assert isinstance(result, Prediction), result
                assert index not in seen
                seen[index] = result.label
                if len(seen) in (64 * 30, 64 * 60):
                    with_signal = signal.SIGKILL if len(seen) == 64 * 30 else signal.SIGTERM
                    server.stop(with_signal)
                    server = ServerProcess(*flags, f"--port={address.rpartition(':')[2]}")
    finally:
        if server.process.poll() is None:
            server.stop()
    assert seen == {index: labels[index % 64] for index in range(64 * 100)}


def test_an_image_that_cannot_be_read_waits_for_no_server(connect: Connect) -> None:
    with connect("127.0.0.1:1", patience=0) as client:
        (result,) = client.classify_many(["nowhere.png"])
    assert isinstance(result, ImageError)
