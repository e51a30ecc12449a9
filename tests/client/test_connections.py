"""Connections to one server, load balancing over several servers, and restarts."""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import HealthServicer
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_client import Client, ImageError, Prediction, ServerUnavailable
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.client.blocking_client import BlockingAsyncClient
from tests.support.client.server_counters import images_counted
from tests.support.client.servicers import serve
from tests.support.processes import ServerProcess

Connect = Callable[..., Client]
MODELS = f"--model-repository={ROOT / 'models'}"


def test_calls_alternate_between_the_addresses_of_a_name(connect: Connect, digits: NDArray[np.uint8]) -> None:
    settings = Settings(model_repository=ROOT / "models", port=0, http_port=0, transport="grpcio")
    with ExitStack() as stack:
        apps = [stack.enter_context(App(settings, CollectorRegistry())) for _ in range(2)]
        name = "ipv4:" + ",".join(f"127.0.0.1:{app.grpc_port}" for app in apps)
        with connect(name, connections=1) as client:
            for image in digits:
                client.classify(image)
        shares = [images_counted(app.http_port) for app in apps]
    assert sum(shares) == 64
    assert min(shares) >= 16  # alternating, once both are connected


class Counting(rpc.ClassifierServicer):
    """Predicts "1" for each image and records the peer of each call; responds to `together` calls at once."""

    def __init__(self, together: int = 1) -> None:
        self.peers: list[str] = []
        self._together = threading.Barrier(together)

    def Classify(self, request: pb.ClassifyRequest, context: grpc.ServicerContext) -> pb.ClassifyResponse:  # noqa: N802
        self.peers.append(context.peer())
        self._together.wait(10)
        answer = pb.Result(prediction=pb.Prediction(top=[pb.LabelScore(label="1", score=1)]))
        return pb.ClassifyResponse(results=[answer] * len(request.images))

    # Not called by these tests; mypy takes the generated class for abstract.
    ClassifyStream = ListModels = GetModel = rpc.ClassifierServicer.ClassifyStream  # type: ignore[assignment]


def add_with_health(servicer: Counting, status: str, server: grpc.Server) -> None:
    """Add the servicer, and a health service that reports the status."""
    rpc.add_ClassifierServicer_to_server(servicer, server)
    health = HealthServicer()
    health.set("", health_pb2.HealthCheckResponse.ServingStatus.Value(status))
    health_pb2_grpc.add_HealthServicer_to_server(health, server)


def test_a_server_that_reports_not_serving_gets_no_calls(connect: Connect) -> None:
    servicers, addresses = [Counting(), Counting()], []
    with ExitStack() as stack:
        for servicer, status in zip(servicers, ("SERVING", "NOT_SERVING"), strict=True):
            addresses.append(stack.enter_context(serve(partial(add_with_health, servicer, status))))
        with connect("ipv4:" + ",".join(addresses)) as client:
            for _ in range(20):
                client.classify(b"picture")
    assert [len(each.peers) for each in servicers] == [20, 0]


@pytest.mark.parametrize(("together", "connections"), [(1, 4), (4, 4), (4, 2)])
def test_concurrent_calls_open_connections_up_to_the_maximum(connect: Connect, together: int, connections: int) -> None:
    servicer = Counting(together)
    add = partial(rpc.add_ClassifierServicer_to_server, servicer)
    with serve(add, threads=8) as server, connect(server, connections=connections) as client:
        if together == 1:
            for _ in range(5):
                client.classify(b"picture")
        else:
            assert len(list(client.classify_many([b"picture"] * 8 * 64))) == 8 * 64
    assert len(set(servicer.peers)) == min(together, connections)


def test_a_dns_name_is_resolved(connect: Connect, address: str, digits: NDArray[np.uint8]) -> None:
    port = address.rpartition(":")[2]
    with connect(f"dns:///localhost:{port}") as client:
        assert client.classify(digits[0]) == client.classify(digits[0])


def test_zero_connections_are_refused(connect: Connect) -> None:
    with pytest.raises(ValueError, match="connections is 0"):
        connect("localhost:1", connections=0)


def test_a_stopped_server_raises_when_patience_ends(connect: Connect, digits: NDArray[np.uint8]) -> None:
    settings = Settings(model_repository=ROOT / "models", port=0, http_port=0)
    with App(settings, CollectorRegistry()) as app:
        address = f"127.0.0.1:{app.grpc_port}"
    with connect(address, patience=0, timeout=5) as client, pytest.raises(ServerUnavailable, match=address):
        list(client.classify_many(digits))


class Restarting:
    """A server with one worker process that can be restarted on the same port, in a thread."""

    def __init__(self, *flags: str) -> None:
        self._flags = (MODELS, "--workers=1", *flags)
        self._starter = ThreadPoolExecutor(1)
        self._started = self._starter.submit(ServerProcess, *self._flags)
        self.port = self._started.result().grpc_port

    def restart(self, with_signal: signal.Signals) -> None:
        """Stop the server; return while it starts again."""
        self._started.result().stop(with_signal)
        self._started = self._starter.submit(ServerProcess, *self._flags, f"--port={self.port}")

    def __enter__(self) -> "Restarting":
        return self

    def __exit__(self, *_: object) -> None:
        self._started.result().stop()
        self._starter.shutdown()


@pytest.mark.parametrize(
    ("connect", "ordered", "kind", "with_signal"),
    [(Client, True, "native", signal.SIGKILL), (BlockingAsyncClient, False, "grpcio", signal.SIGTERM)],
    indirect=["connect"],
    ids=["killed", "stopped"],
)
def test_a_server_restart_loses_no_results(
    connect: Connect, digits: NDArray[np.uint8], ordered: bool, kind: str, with_signal: signal.Signals
) -> None:
    """Each image has exactly one result, although the server stops and starts during the run."""

    def images() -> Iterator[NDArray[np.uint8]]:
        for index in range(64 * 40):
            if index == 64 * 20:
                server.restart(with_signal)
            yield digits[index % 64]

    with Restarting(f"--transport={kind}") as server, connect(f"127.0.0.1:{server.port}") as client:
        labels = [each.label for each in client.classify_batch(digits) if isinstance(each, Prediction)]
        results = list(client.classify_many(images(), ordered=ordered))  # type: ignore[call-overload]
    pairs = list(enumerate(results)) if ordered else results
    seen = {index: result.label for index, result in pairs if isinstance(result, Prediction)}
    assert len(pairs) == 64 * 40
    assert seen == {index: labels[index % 64] for index in range(64 * 40)}


def test_an_unreadable_image_needs_no_server(connect: Connect) -> None:
    with connect("127.0.0.1:1", patience=0) as client:
        (result,) = client.classify_many(["nowhere.png"])
    assert isinstance(result, ImageError)
