"""The stack, brought up for the tests of a file and taken down with all that it had."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.compose_stack import BUILD_TIMEOUT, Stack, wait_until_healthy
from tests.support.composers import composers


@pytest.fixture(scope="session")
def composer() -> list[str]:
    """The command that brings stacks up, by default the newest there is; all images are built."""
    chosen = [os.environ.get("COMPOSE", "").split(), *composers()]
    command = next(filter(None, chosen), [])
    assert command, "tests/compose needs a Docker engine, and docker compose or docker-compose on the PATH"
    Stack(command)("build", timeout=BUILD_TIMEOUT)
    return command


@pytest.fixture(scope="module")
def stack(composer: list[str], data_dir: Path | None) -> Iterator[Stack]:
    """A stack of which nothing runs yet, and of which nothing remains."""
    given = Stack(composer, LENET_DATA=str(data_dir or "data"))
    try:
        yield given
    finally:
        given.down()


@pytest.fixture
def server(stack: Stack) -> str:
    """The server's container, healthy."""
    stack("up", "--detach", "server")
    container = stack.container("server")
    wait_until_healthy(container)
    return container
