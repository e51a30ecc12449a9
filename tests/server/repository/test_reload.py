"""A real server whose repository changes while it serves: nothing is lost, and nothing broken goes into service."""

import threading
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as inference_pb
from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.inference.model import Model
from lenet_server.settings import Settings
from tests.support.server.logged import logged
from tests.support.server.repositories import BUNDLED, publish, shifted, withdraw

CLIENTS = 8
TIMEOUT = 60.0
NAME = "lenet"
HealthStatus = health_pb2.HealthCheckResponse.ServingStatus


@dataclass
class Running:
    """A server that polls the folder `root`."""

    root: Path
    app: App
    channel: grpc.Channel
    registry: CollectorRegistry

    def version(self, version: int = 0) -> int:
        """The version that answers."""
        answer = rpc.ClassifierStub(self.channel).Classify(
            pb.ClassifyRequest(
                version=version, images=[pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=bytes(784)))]
            ),
            timeout=TIMEOUT,
        )
        return answer.version

    def index(self) -> dict[str, tuple[str, str]]:
        """State and reason by version."""
        stub = inference_rpc.GRPCInferenceServiceStub(self.channel)
        models = stub.RepositoryIndex(inference_pb.RepositoryIndexRequest(), timeout=TIMEOUT).models
        return {each.version: (each.state, each.reason) for each in models}

    def health(self, service: str) -> Iterator[str]:
        """The health of a service as it changes."""
        watch = health_pb2_grpc.HealthStub(self.channel).Watch  # type: ignore[attr-defined]
        request = health_pb2.HealthCheckRequest(service=service)
        return (HealthStatus.Name(change.status) for change in watch(request, timeout=TIMEOUT))

    def gauge(self, name: str, version: int) -> float | None:
        """The value of a metric of a version."""
        return self.registry.get_sample_value(name, {"model": NAME, "version": str(version)})


@pytest.fixture
def running(tmp_path: Path, transport: str) -> Iterator[Running]:
    """A server that polls an empty repository."""
    registry = CollectorRegistry()
    settings = Settings(
        model_repository=tmp_path, port=0, http_port=0, model_control="poll", poll_seconds=0.1, transport=transport
    )
    with (
        App(settings, registry) as app,
        grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel,
    ):
        yield Running(tmp_path, app, channel, registry)


def serve(running: Running, version: int, content: bytes | None = None) -> Path:
    """Publish a version and return its file when it is served."""
    with logged(f"version {version} is served now"):
        return publish(running.root, NAME, version, content)


def test_a_reload_under_load_loses_nothing(running: Running, digits: NDArray[np.uint8]) -> None:
    """Eight clients send without pause while three versions follow one another: each answer is right and says whose."""
    others = threading.enumerate()  # of servers of other tests, in this process
    serve(running, 1, shifted(1))
    truth = Model(BUNDLED, name=NAME, version=1, threads=1).predict(digits).probabilities.argmax(axis=1)
    seen: dict[int, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(0))
    seen.update({version: threading.Semaphore(0) for version in (1, 2, 3)})
    stop = threading.Event()
    wrong: list[object] = []
    answers: Counter[int] = Counter()
    counting = threading.Lock()

    def send(client: int) -> None:
        random = np.random.default_rng(client)
        with grpc.insecure_channel(
            f"127.0.0.1:{running.app.grpc_port}", [("grpc.use_local_subchannel_pool", 1)]
        ) as channel:
            stub = rpc.ClassifierStub(channel)
            while not stop.is_set():
                chosen = random.integers(0, 64, random.integers(1, 6))
                images = [pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=digits[each].tobytes())) for each in chosen]
                try:
                    answer = stub.Classify(pb.ClassifyRequest(images=images), timeout=TIMEOUT)
                except grpc.RpcError as error:
                    wrong.append(error)
                    continue
                labels = [int(result.prediction.top[0].label) for result in answer.results]
                expected = [(truth[each] + answer.version) % 10 for each in chosen]
                if labels != expected:
                    wrong.append((answer.version, labels, expected))
                with counting:
                    answers[answer.version] += 1
                seen[answer.version].release()

    clients = [threading.Thread(target=send, args=(each,)) for each in range(CLIENTS)]
    for each in clients:
        each.start()
    try:
        for version in (1, 2, 3):
            if version > 1:
                publish(running.root, NAME, version, shifted(version))
            for _ in range(100):
                assert seen[version].acquire(timeout=TIMEOUT)
            if version > 1:
                withdraw(running.root, NAME, version - 1)
    finally:
        stop.set()
        for each in clients:
            each.join(TIMEOUT)
    assert wrong == []
    assert set(answers) == {1, 2, 3}
    assert running.version() == 3
    batchers = [each for each in threading.enumerate() if each.name == f"batcher {NAME}" and each not in others]
    assert len(batchers) == 1


def test_metrics_follow_a_reload(running: Running) -> None:
    serve(running, 1)
    running.version()
    assert running.gauge("lenet_model_ready", 1) == 1
    with logged("version 1 has left service"):
        publish(running.root, NAME, 2)
    running.version()
    assert (running.gauge("lenet_model_ready", 1), running.gauge("lenet_model_ready", 2)) == (0, 1)
    assert (running.gauge("lenet_images_total", 1), running.gauge("lenet_images_total", 2)) == (1, 1)
    assert (running.gauge("lenet_queue_length", 1), running.gauge("lenet_queue_length", 2)) == (None, 0)
    told = {
        sample.labels["version"]
        for metric in running.registry.collect()
        for sample in metric.samples
        if sample.name == "lenet_model_info"
    }
    assert told == {"2"}


def test_a_broken_version_keeps_the_old_one_in_service(running: Running) -> None:
    serve(running, 1)
    with logged("model lenet version 2: "):
        publish(running.root, NAME, 2, b"broken")
    assert running.version() == 1
    state, reason = running.index()["2"]
    assert state == "UNAVAILABLE"
    assert "not a model that ONNX Runtime can load" in reason
    assert running.index()["1"] == ("READY", "")


def test_rollback_by_removing_the_new_version(running: Running) -> None:
    serve(running, 1)
    serve(running, 2)
    assert running.version() == 2
    with logged("version 2 has left service"):
        withdraw(running.root, NAME, 2)
    assert running.version() == 1
    with pytest.raises(grpc.RpcError, match="no version 2 of model 'lenet': this server has 1"):
        running.version(2)


def test_a_file_written_over_in_its_place_is_loaded_when_it_is_whole(
    running: Running, digits: NDArray[np.uint8]
) -> None:
    file = serve(running, 1, shifted(1))
    request = pb.ClassifyRequest(
        images=[pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=digits[0].tobytes()))], top_k=1
    )
    before = rpc.ClassifierStub(running.channel).Classify(request, timeout=TIMEOUT)
    whole = shifted(4)
    with logged("model lenet version 1: "):
        file.write_bytes(whole[: len(whole) // 2])
    assert rpc.ClassifierStub(running.channel).Classify(request, timeout=TIMEOUT) == before
    assert running.index()["1"][0] == "READY"
    assert "served as it was loaded before" in running.index()["1"][1]
    with logged("version 1 is served now"):
        file.write_bytes(whole)
    after = rpc.ClassifierStub(running.channel).Classify(request, timeout=TIMEOUT)
    labels = [int(each.results[0].prediction.top[0].label) for each in (before, after)]
    assert (labels[1] - labels[0]) % 10 == 3
    assert running.index()["1"] == ("READY", "")


def test_a_server_with_nothing_to_serve_says_so_until_it_has_something(running: Running) -> None:
    ready = f"http://127.0.0.1:{running.app.http_port}/readyz"
    overall, of_model = running.health(""), running.health(NAME)
    assert (next(overall), next(of_model)) == ("NOT_SERVING", "SERVICE_UNKNOWN")
    with pytest.raises(grpc.RpcError, match="no model is loaded") as refused:
        running.version()
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(ready, timeout=TIMEOUT)
    serve(running, 1)
    assert (next(overall), next(of_model)) == ("SERVING", "SERVING")
    with urllib.request.urlopen(ready, timeout=TIMEOUT) as answer:
        assert answer.status == 200
    assert running.version() == 1
    with logged("version 1 has left service"):
        withdraw(running.root, NAME, 1)
    assert (next(overall), next(of_model)) == ("NOT_SERVING", "NOT_SERVING")
