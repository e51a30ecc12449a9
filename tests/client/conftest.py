"""Client and AsyncClient go through the same tests: the second behind a face that waits."""

from collections.abc import Callable, Iterator

import pytest

from lenet_client import Client
from tests.client.waiting_client import Waiting


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
