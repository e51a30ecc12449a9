"""Fixtures of several components' tests: a running server, and real pictures."""

import os
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry
from sklearn.datasets import load_digits

from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_client import Client
from lenet_server.app import App
from lenet_server.settings import Settings
from lenet_trainer.datasets.digits import enlarge

ROOT = Path(__file__).parents[1]


def pytest_xdist_auto_num_workers() -> int:
    """Two processes for each core: most tests wait for a server."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session", params=["native", "grpcio"])
def transport(request: pytest.FixtureRequest) -> str:
    """Each test that talks to a server runs over both transports."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def settings(transport: str) -> Settings:
    """The server's defaults, on free ports of the loopback interface, with the bundled model."""
    return Settings(model_repository=ROOT / "models", host="127.0.0.1", port=0, http_port=0, transport=transport)


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[App]:
    """A running server."""
    with App(settings, CollectorRegistry()) as running:
        yield running


@pytest.fixture(scope="session")
def address(app: App) -> str:
    """HOST:PORT of the running server."""
    return f"127.0.0.1:{app.grpc_port}"


@pytest.fixture
def channel(address: str) -> Iterator[grpc.Channel]:
    """A plain gRPC channel to the running server."""
    with grpc.insecure_channel(address) as opened:
        yield opened


@pytest.fixture
def stub(channel: grpc.Channel) -> "rpc.ClassifierStub":
    """The generated stub, connected to the running server."""
    return rpc.ClassifierStub(channel)


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Our client, connected to the running server."""
    with Client(address) as opened:
        yield opened


@pytest.fixture(scope="session")
def samples() -> dict[Path, str]:
    """The bundled pictures with their true labels."""
    files = sorted((ROOT / "samples").iterdir())
    return {file: file.name.partition("_")[0] for file in files}


@pytest.fixture(scope="session")
def digits() -> NDArray[np.uint8]:
    """Real handwritten digits in the form of the bundled model's input, [64, 1, 28, 28]: 8×8 ones, enlarged."""
    small = load_digits().images[:64]  # [64, 8, 8], 0 … 16
    return np.stack([enlarge((image * 15).astype(np.uint8)) for image in small])


@pytest.fixture(scope="session")
def data_dir() -> Path | None:
    """The folder with MNIST, where this machine has it."""
    folder = Path(os.environ.get("LENET_DATA_DIR", ROOT / "data"))
    return folder if (folder / "mnist").is_dir() else None
