"""Regressions: one test for each frequent complaint of other model servers' users, against our program's defaults."""

from collections.abc import Iterator

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import ROOT
from tests.support.processes import ServerProcess, server_process
from tests.support.server.asking import Asker, outputs_of
from tests.support.server.repositories import BUNDLED

MODELS = f"--model-repository={ROOT / 'models'}"


@pytest.fixture(scope="module")
def server(transport: str) -> Iterator[ServerProcess]:
    """The program with the bundled model and default settings."""
    with server_process(MODELS, f"--transport={transport}") as running:
        yield running


@pytest.fixture
def connected(server: ServerProcess) -> Iterator[grpc.Channel]:
    """A connection to it."""
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        yield channel


@pytest.fixture(scope="session")
def asker(digits: NDArray[np.uint8]) -> Asker:
    """Knows the model's own answers for the digits."""
    return Asker(digits, {("lenet", 1): outputs_of(BUNDLED.read_bytes(), digits)})
