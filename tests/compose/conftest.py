"""A Compose stack for each test file, removed with its volumes at the end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.compose_stack import BUILD_TIMEOUT, Stack, wait_until_healthy
from tests.support.composers import composers


@pytest.fixture(scope="session")
def composer() -> list[str]:
    """Return the Compose command, by default the newest installed, after building all images."""
    chosen = [os.environ.get("COMPOSE", "").split(), *composers()]
    command = next(filter(None, chosen), [])
    assert command, "tests/compose needs a Docker engine, and docker compose or docker-compose on the PATH"
    Stack(command)("build", timeout=BUILD_TIMEOUT)
    return command


@pytest.fixture(scope="module")
def stack(composer: list[str], data_dir: Path | None) -> Iterator[Stack]:
    """Yield a stack that is not started, and remove it at the end."""
    given = Stack(composer, LENET_DATA=str(data_dir or "data"))
    try:
        yield given
    finally:
        given.down()


@pytest.fixture
def server(stack: Stack) -> str:
    """Start the server and return its container once it is healthy."""
    stack("up", "--detach", "server")
    container = stack.container("server")
    wait_until_healthy(container)
    return container
