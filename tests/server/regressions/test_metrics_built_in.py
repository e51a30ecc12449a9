"""Metrics without any code: batch sizes, percentiles and the rest."""

from collections.abc import Iterator

import grpc
import pytest

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from tests.server.regressions.conftest import MODELS
from tests.support.processes import ServerProcess, server_process
from tests.support.server.asking import PIXELS, RAW, Asker, Question
from tests.support.server.exposition import metrics, total
from tests.support.server.sending import send_all

DESIGNED = {
    "lenet_requests",
    "lenet_request_duration_seconds",
    "lenet_queue_duration_seconds",
    "lenet_inference_duration_seconds",
    "lenet_decode_duration_seconds",
    "lenet_batch_size",
    "lenet_images",
    "lenet_predictions",
    "lenet_prediction_confidence",
    "lenet_rejected",
    "lenet_queue_length",
    "lenet_requests_in_flight",
    "lenet_model_ready",
    "lenet_model_info",
    "lenet_build_info",
    "lenet_worker_restarts",
}
QUESTIONS = [Question(str(number), RAW, "lenet", 1, (number % 64,)) for number in range(512)]
TIMEOUT = 20.0


@pytest.fixture(scope="module")
def server(transport: str) -> Iterator[ServerProcess]:
    """The program with a queue delay: without one, so fast a model may never find two calls waiting."""
    with server_process(MODELS, f"--transport={transport}", "--max-queue-delay-ms=20") as running:
        yield running


@pytest.fixture
def asked(server: ServerProcess, connected: grpc.Channel, asker: Asker) -> ServerProcess:
    """A server that has just had 512 calls at once."""
    send_all(connected, asker, QUESTIONS)
    return server


def test_is_batching_on(asked: ServerProcess, connected: grpc.Channel) -> None:
    """Triton server#4129, #7205, #7271; pytorch/serve#1017: both ways of asking say how large the batches are."""
    (model,) = (
        rpc.GRPCInferenceServiceStub(connected)
        .ModelStatistics(pb.ModelStatisticsRequest(name="lenet"), timeout=TIMEOUT)
        .model_stats
    )
    assert model.execution_count < model.inference_count
    assert max(each.batch_size for each in model.batch_stats) > 1
    assert sum(each.batch_size * each.compute_infer.count for each in model.batch_stats) == model.inference_count
    found = metrics(asked.http_port)
    assert found["lenet_batch_size"].type == "histogram"
    assert total(found, "lenet_batch_size_sum") == model.inference_count
    assert total(found, "lenet_batch_size_count") == model.execution_count


def test_percentiles_are_histograms(asked: ServerProcess) -> None:
    """Triton server#3060, #7672: what can be summed over servers, and resolves 100 µs as well as 10 s."""
    found = metrics(asked.http_port)
    assert not [name for name, metric in found.items() if metric.type == "summary"]
    for name, metric in found.items():
        if name.startswith("lenet_") and name.endswith("_duration_seconds"):
            assert metric.type == "histogram"
            bounds = {float(each.labels["le"]) for each in metric.samples if each.name.endswith("_bucket")}
            assert {0.0001, 10.0} <= bounds


def test_metrics_are_built_in(asked: ServerProcess, connected: grpc.Channel, asker: Asker) -> None:
    """LitServe#724: without code by the user."""
    before = metrics(asked.http_port)
    send_all(connected, asker, [Question("", PIXELS, "lenet", 1, (1, 2, 3))])
    after = metrics(asked.http_port)
    assert set(after) >= DESIGNED
    assert total(after, "lenet_images_total") - total(before, "lenet_images_total") == 3
    assert total(after, "lenet_requests_total", method="Classify", code="OK") == 1 + total(
        before, "lenet_requests_total", method="Classify", code="OK"
    )
