"""Runs the library's tests for Client and AsyncClient, against a server with each transport."""

from collections.abc import Callable, Iterator

import pytest
from prometheus_client import CollectorRegistry

from lenet_client import Client
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.client.blocking_client import BlockingAsyncClient


@pytest.fixture(params=[Client, BlockingAsyncClient], ids=["Client", "AsyncClient"])
def connect(request: pytest.FixtureRequest) -> Callable[..., Client]:
    """Opens a Client or an AsyncClient."""
    kind: Callable[..., Client] = request.param
    return kind


@pytest.fixture
def client(connect: Callable[..., Client], address: str) -> Iterator[Client]:
    """A client of each kind, connected to the running server."""
    with connect(address) as opened:
        yield opened


@pytest.fixture(scope="module")
def one_server() -> Iterator[App]:
    """A running server, for slow tests that do not depend on its transport."""
    with App(Settings(model_repository=ROOT / "models", port=0, http_port=0), CollectorRegistry()) as running:
        yield running


@pytest.fixture
def one_address(one_server: App) -> str:
    """HOST:PORT of that server."""
    return f"127.0.0.1:{one_server.grpc_port}"
