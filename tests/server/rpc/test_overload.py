"""A real server whose model is blocked by the test: calls that wait, time out, are cancelled or refused."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_imaging import Limits
from lenet_server.app import LocalFleet
from lenet_server.batching.batcher import Batcher
from lenet_server.batching.job import Outputs
from lenet_server.inference.catalog import Catalog, ServedModel
from lenet_server.inference.classifier import Classifier
from lenet_server.inference.images import ImageReader
from lenet_server.inference.model import Model
from lenet_server.metrics.exposition import expose
from lenet_server.metrics.model import ModelMetrics
from lenet_server.metrics.server import Metrics
from lenet_server.metrics.shared_memory import SharedCounts
from lenet_server.repository.manager import ModelManager
from lenet_server.repository.plan import ModelPlan, Plan, PlannedVersion, Stamp
from lenet_server.rpc.lenet.service import ClassifierService
from lenet_server.rpc.oip.service import InferenceService
from lenet_server.rpc.request_handler import RequestHandler
from lenet_server.settings import Settings
from lenet_server.transports import transport
from tests.conftest import ROOT
from tests.support.waiting import wait_until

MODEL = ROOT / "models/lenet/1/model.onnx"
TIMEOUT = 10.0
REQUEST = pb.ClassifyRequest(images=[pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=bytes(784)))])


@dataclass
class Held:
    """The bundled model behind a gate, on a server of its own."""

    stub: rpc.ClassifierStub
    channel: grpc.Channel
    registry: CollectorRegistry
    batcher: Batcher
    gate: threading.Event
    busy: threading.Semaphore
    fails: threading.Event

    def counted(self, name: str, **labels: str) -> float:
        """The value of a metric, 0 where it has none."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def check(self) -> int:
        """The server's health, by way of the same connection."""
        check = health_pb2_grpc.HealthStub(self.channel).Check  # type: ignore[attr-defined]
        status: int = check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT).status
        return status

    def occupy(self) -> "grpc.Future[pb.ClassifyResponse]":
        """Send a call, and return when the model works on it."""
        call = self.stub.Classify.future(REQUEST, timeout=TIMEOUT)
        assert self.busy.acquire(timeout=TIMEOUT)
        return call


@pytest.fixture
def held(settings: Settings) -> Iterator[Held]:
    """A server with a queue of two calls, which admits four calls and one stream."""
    registry = CollectorRegistry()
    gate, busy, fails = threading.Event(), threading.Semaphore(0), threading.Event()
    model = Model(MODEL, name="lenet", version=1, threads=1)

    def predict(images: NDArray[np.uint8]) -> Outputs:
        busy.release()
        assert gate.wait(TIMEOUT)
        if fails.is_set():
            raise RuntimeError("a secret of the server")
        return model.predict(images)

    metrics = Metrics(SharedCounts(1))
    expose(metrics.counts, registry, metrics.sample)
    of_model = ModelMetrics(metrics, "lenet", 1, model.labels)
    batcher = Batcher(predict, of_model, name="held", max_batch_size=1, max_queue_size=2, inline=False)
    catalog = Catalog(lambda _: ServedModel(model, batcher, of_model))
    catalog.prepare(Plan({"lenet": ModelPlan((PlannedVersion("lenet", 1, MODEL, Stamp(0, 0, 0)),))}))
    catalog.commit()
    reader = ImageReader(Limits(), max_images=64, max_input_bytes=2**20, cores=1)
    handler = RequestHandler(Classifier(catalog, reader), metrics, max_requests=4, max_streams=1)
    manager = ModelManager(settings, LocalFleet(catalog))
    inference = InferenceService(handler, catalog, settings, lambda: True, manager)  # type: ignore[abstract]
    service = ClassifierService(handler, catalog)  # type: ignore[abstract]
    server = transport.open_transport(
        handler, service, inference, catalog, replace(settings, max_queue_size=2), cores=1
    )
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Held(rpc.ClassifierStub(channel), channel, registry, batcher, gate, busy, fails)
        gate.set()
        server.stop(TIMEOUT)
        catalog.stop()


def test_more_than_the_queue_holds_is_refused_at_once_and_health_still_answers(held: Held) -> None:
    accepted = [held.occupy()]
    for waiting in (1, 2):
        accepted.append(held.stub.Classify.future(REQUEST, timeout=TIMEOUT))
        wait_until(lambda waiting=waiting: len(held.batcher) == waiting)  # type: ignore[misc]
    for _ in range(100):
        with pytest.raises(grpc.RpcError) as refused:
            held.stub.Classify(REQUEST, timeout=TIMEOUT)
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "2 requests wait already" in (refused.value.details() or "")
    assert held.counted("lenet_rejected_total", reason="queue_full") == 100
    assert held.check() == health_pb2.HealthCheckResponse.SERVING
    assert held.stub.GetModel(pb.GetModelRequest(), timeout=TIMEOUT).name == "lenet"
    held.gate.set()
    assert [len(call.result().results) for call in accepted] == [1, 1, 1]


def test_a_caller_whose_deadline_passes_is_not_computed(held: Held) -> None:
    first = held.occupy()
    with pytest.raises(grpc.RpcError) as late:
        held.stub.Classify(REQUEST, timeout=0.1)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    held.gate.set()
    first.result()
    wait_until(lambda: held.counted("lenet_rejected_total", reason="deadline_exceeded") == 1)
    assert held.counted("lenet_images_total", model="lenet", version="1") == 1


def test_a_caller_that_cancels_is_not_computed(held: Held) -> None:
    first = held.occupy()
    second = held.stub.Classify.future(REQUEST, timeout=TIMEOUT)
    wait_until(lambda: len(held.batcher) == 1)
    second.cancel()
    # Sent after the cancellation on the same connection: once they are answered, the server has seen it.
    held.check()
    with pytest.raises(grpc.RpcError):
        held.stub.Classify(pb.ClassifyRequest(), timeout=TIMEOUT)
    held.gate.set()
    first.result()
    wait_until(lambda: held.counted("lenet_rejected_total", reason="cancelled") == 1)
    assert held.counted("lenet_images_total", model="lenet", version="1") == 1


def test_an_internal_error_is_logged_and_hidden_from_the_client(held: Held, caplog: pytest.LogCaptureFixture) -> None:
    held.fails.set()
    held.gate.set()
    with pytest.raises(grpc.RpcError) as failed:
        held.stub.Classify(REQUEST, timeout=TIMEOUT)
    assert failed.value.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in (failed.value.details() or "")
    assert "a secret of the server" in caplog.text
    held.fails.clear()
    assert len(held.stub.Classify(REQUEST, timeout=TIMEOUT).results) == 1


def test_one_stream_too_many_is_refused_and_calls_still_get_through(held: Held) -> None:
    held.gate.set()
    leave = threading.Event()

    def idle() -> Iterator[pb.ClassifyRequest]:
        yield REQUEST
        leave.wait(TIMEOUT)

    open_stream = held.stub.ClassifyStream(idle(), timeout=TIMEOUT)
    next(open_stream)
    with pytest.raises(grpc.RpcError) as refused:
        next(held.stub.ClassifyStream(iter([REQUEST]), timeout=TIMEOUT))
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert len(held.stub.Classify(REQUEST, timeout=TIMEOUT).results) == 1
    leave.set()
    assert list(open_stream) == []


def test_a_stream_that_is_left_is_counted_and_closed(held: Held) -> None:
    left = held.stub.ClassifyStream(iter([REQUEST] * 3), timeout=TIMEOUT)
    assert held.busy.acquire(timeout=TIMEOUT)
    left.cancel()
    held.gate.set()
    wait_until(lambda: held.counted("lenet_requests_in_flight") == 0)
    assert len(list(held.stub.ClassifyStream(iter([REQUEST]), timeout=TIMEOUT))) == 1
