"""ModelStatistics, and the metrics: they count what was sent."""

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.batching.batcher import Computed
from lenet_server.errors import QueueFull
from lenet_server.metrics.model import ModelMetrics
from lenet_server.metrics.server import Metrics
from lenet_server.metrics.shared_memory import SharedCounts
from lenet_server.metrics.statistics import Spent, Statistics, statistics
from lenet_server.settings import Settings
from tests.support.server.oip_requests import Requested, pictures, raw, whole

TIMEOUT = 10.0

EVEN = np.array([[0.5, 0.5]], np.float32)


def model_statistics(inference: rpc.GRPCInferenceServiceStub) -> pb.ModelStatistics:
    (found,) = inference.ModelStatistics(pb.ModelStatisticsRequest(), timeout=TIMEOUT).model_stats
    return found


def test_a_new_server_has_counted_nothing_and_then_all_that_was_sent(
    settings: Settings, digits: NDArray[np.uint8], samples: dict[object, str]
) -> None:
    registry = CollectorRegistry()
    with App(settings, registry) as app, grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel:
        inference = rpc.GRPCInferenceServiceStub(channel)
        assert model_statistics(inference) == pb.ModelStatistics(
            name="lenet",
            version="1",
            inference_stats=pb.InferStatistics(success={}, fail={}, queue={}, compute_input={}, compute_infer={}),
        )
        for images in (1, 1, 8):
            inference.ModelInfer(raw(digits[:images]), timeout=TIMEOUT)
        inference.ModelInfer(raw(np.concatenate([digits, digits[:3]])), timeout=TIMEOUT)  # 64 and 3
        files = [file.read_bytes() for file in list(samples)[:2]]  # type: ignore[attr-defined]
        inference.ModelInfer(pictures(files), timeout=TIMEOUT)
        for wrong in (
            raw(digits[:1], parameters={"timeout": whole(1)}),  # is dropped from the queue
            raw(digits[:1], outputs=[Requested(name="mask")]),  # never gets there
        ):
            with pytest.raises(grpc.RpcError):
                inference.ModelInfer(wrong, timeout=TIMEOUT)
        found = model_statistics(inference)
        assert (found.inference_count, found.execution_count) == (1 + 1 + 8 + 67 + 2, 6)
        counts = {field.name: each.count for field, each in found.inference_stats.ListFields()}
        assert counts == {"success": 5, "fail": 1, "queue": 5, "compute_infer": 5, "compute_input": 2}
        assert {each.batch_size: each.compute_infer.count for each in found.batch_stats} == {
            1: 2,
            2: 1,
            3: 1,
            8: 1,
            64: 1,
        }
        spent = found.inference_stats
        assert spent.success.ns == pytest.approx(spent.queue.ns + spent.compute_infer.ns, abs=2)
        assert 0 < sum(each.compute_infer.ns for each in found.batch_stats) <= spent.compute_infer.ns
        assert found.last_inference > 1_600_000_000_000

    def requests(method: str, code: str) -> float | None:
        return registry.get_sample_value("lenet_requests_total", {"method": method, "code": code})

    assert requests("ModelInfer", "OK") == 5
    assert requests("ModelInfer", "DEADLINE_EXCEEDED") == 1
    assert requests("ModelInfer", "INVALID_ARGUMENT") == 1
    assert requests("ModelStatistics", "OK") == 2
    assert registry.get_sample_value("lenet_images_total", {"model": "lenet", "version": "1"}) == 79
    predictions = [
        registry.get_sample_value("lenet_predictions_total", {"model": "lenet", "version": "1", "label": str(label)})
        for label in range(10)
    ]
    assert sum(filter(None, predictions)) == 79


def test_calls_that_share_a_batch_are_counted_each() -> None:
    metrics = Metrics(SharedCounts(1))
    counting = ModelMetrics(metrics, "lenet", 1, ["0", "1"])
    counting.batch_computed(Computed([0.25, 0.5, 0.75], 3, 2.0, 3, EVEN.repeat(3, axis=0)))
    counting.batch_computed(Computed([0.5], 1, 1.0, 1, None))
    counting.job_rejected(QueueFull("full"))
    found = counting.statistics()
    assert (found.images, found.runs) == (3, {3: Spent(1, 2.0)})
    assert found.answered == Spent(3, 1.5 + 6.0)
    assert found.failed == Spent(2, 1.5)
    assert found.queue == Spent(4, 2.0)
    assert found.compute == Spent(4, 7.0)


def test_versions_are_counted_apart() -> None:
    metrics = Metrics(SharedCounts(1))
    for version in (1, 2):
        counting = ModelMetrics(metrics, "lenet", version, ["0", "1"])
        counting.batch_computed(Computed([0.5], 1, 1.0, version, EVEN.repeat(version, axis=0)))
        counting.write()
    assert statistics(metrics.counts, "lenet", 2).runs == {2: Spent(1, 1.0)}
    assert statistics(metrics.counts, "lenet", 3) == Statistics()
