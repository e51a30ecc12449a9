"""Client and AsyncClient go through the same tests: the second behind a face that waits."""

from collections.abc import Callable, Iterator

import pytest
from prometheus_client import CollectorRegistry

from lenet_client import Client
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.client.blocking_client import Waiting


@pytest.fixture(params=[Client, Waiting], ids=["Client", "AsyncClient"])
def connect(request: pytest.FixtureRequest) -> Callable[..., Client]:
    """How to open a client, of either kind."""
    kind: Callable[..., Client] = request.param
    return kind


@pytest.fixture
def client(connect: Callable[..., Client], address: str) -> Iterator[Client]:
    """A client of either kind, connected to the running server."""
    with connect(address) as opened:
        yield opened


@pytest.fixture(scope="module")
def one_server() -> Iterator[App]:
    """A running server, for what takes time to test and is the same over both transports."""
    with App(Settings(model_repository=ROOT / "models", port=0, http_port=0), CollectorRegistry()) as running:
        yield running


@pytest.fixture
def one_address(one_server: App) -> str:
    """HOST:PORT of that server."""
    return f"127.0.0.1:{one_server.grpc_port}"
