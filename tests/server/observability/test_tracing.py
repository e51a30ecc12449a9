"""Tracing: the spans that a real server exports to an OpenTelemetry collector."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as inference
from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.observability.factory import make_observer
from lenet_server.settings import Settings
from tests.support.server import brittle
from tests.support.server.collector import Collector, attributes, collecting

TIMEOUT = 20.0
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED = (("traceparent", f"00-{TRACE}-{PARENT}-01"), ("tracestate", "vendor=1"))
NOT_SAMPLED = (("traceparent", f"00-{TRACE}-{PARENT}-00"),)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture
def traced(settings: Settings, collector: Collector) -> Settings:
    """Settings with tracing to the collector, which has received every span once the server has stopped."""
    return replace(settings, trace_endpoint=collector.endpoint)


def stub_of(app: App, channels: list[grpc.Channel]) -> rpc.ClassifierStub:
    channels.append(grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}"))
    return rpc.ClassifierStub(channels[-1])


@pytest.fixture
def channels() -> Iterator[list[grpc.Channel]]:
    """A list of channels, which are closed after the test."""
    opened: list[grpc.Channel] = []
    yield opened
    for each in opened:
        each.close()


def arrays(*digits: NDArray[np.uint8], **fields: str) -> pb.ClassifyRequest:
    images = [pb.Image(pixels=pb.Pixels(shape=each.shape, data=each.tobytes())) for each in digits]
    return pb.ClassifyRequest(images=images, **fields)  # type: ignore[arg-type]


def infer_request(digits: NDArray[np.uint8]) -> inference.ModelInferRequest:
    request = inference.ModelInferRequest(model_name="lenet", raw_input_contents=[digits.tobytes()])
    request.inputs.add(name="image", datatype="UINT8", shape=digits.shape)
    return request


def assert_nested(collector: Collector, call: Span) -> None:
    """Assert that the stage spans of a call follow one another within the call's span."""
    at = call.start_time_unix_nano
    for stage in collector.within(call):
        assert stage.trace_id == call.trace_id
        assert at <= stage.start_time_unix_nano <= stage.end_time_unix_nano
        at = stage.end_time_unix_nano
    assert at <= call.end_time_unix_nano


def test_a_call_and_its_stages_are_children_of_the_callers_span(
    traced: Settings, collector: Collector, channels: list[grpc.Channel], samples: dict[Path, str]
) -> None:
    request = pb.ClassifyRequest(images=[pb.Image(encoded=file.read_bytes()) for file in samples])
    with App(traced, CollectorRegistry()) as app:
        metadata = (*SAMPLED, ("x-request-id", "order 66"))
        stub_of(app, channels).Classify(request, timeout=TIMEOUT, metadata=metadata)
    (call,) = collector.servers()
    assert (call.trace_id.hex(), call.parent_span_id.hex()) == (TRACE, PARENT)
    assert (call.name, call.trace_state) == ("lenet.v1.Classifier/Classify", "vendor=1")
    found = attributes(call.attributes)
    assert found.pop("client.port")
    assert found == {
        "rpc.system.name": "grpc",
        "rpc.method": "lenet.v1.Classifier/Classify",
        "rpc.response.status_code": "OK",
        "client.address": "127.0.0.1",
        "lenet.request_id": "order 66",
        "lenet.model": "lenet",
        "lenet.version": 1,
        "lenet.images": len(samples),
    }
    assert [stage.name for stage in collector.within(call)] == ["decode", "queue", "inference"]
    assert_nested(collector, call)
    assert collector.resource["service.name"] == "lenet-server"


def test_both_services_and_coalesced_requests_are_traced(
    traced: Settings, collector: Collector, channels: list[grpc.Channel], digits: NDArray[np.uint8]
) -> None:
    with App(replace(traced, max_batch_size=2), CollectorRegistry()) as app:
        stub_of(app, channels).Classify(arrays(digits[0]), timeout=TIMEOUT)
        infer = inference_rpc.GRPCInferenceServiceStub(channels[0])
        for _ in range(3):
            infer.ModelInfer(infer_request(digits[:5]), timeout=TIMEOUT)
    classified, *inferred = collector.servers()
    assert classified.name == "lenet.v1.Classifier/Classify"
    assert [stage.name for stage in collector.within(classified)] == ["queue", "inference"]
    assert [call.name for call in inferred] == ["inference.GRPCInferenceService/ModelInfer"] * 3
    for call in inferred:
        stages = collector.within(call)
        assert [stage.name for stage in stages] == ["queue", *["inference"] * 3]
        assert [attributes(stage.attributes)["lenet.batch.images"] for stage in stages[1:]] == [2, 2, 1]
        assert attributes(call.attributes)["lenet.images"] == 5
        assert_nested(collector, call)
    assert len({call.trace_id for call in collector.servers()}) == 4


def test_each_message_of_a_stream_is_a_span(
    traced: Settings, collector: Collector, channels: list[grpc.Channel], digits: NDArray[np.uint8]
) -> None:
    requests = [arrays(digits[0], id="one"), arrays(digits[1], id="two", model="vgg"), arrays(digits[2], id="three")]
    with App(traced, CollectorRegistry()) as app:
        responses = stub_of(app, channels).ClassifyStream(iter(requests), timeout=TIMEOUT, metadata=SAMPLED)
        assert len(list(responses)) == 3
    calls = collector.servers()
    assert {call.name for call in calls} == {"lenet.v1.Classifier/ClassifyStream"}
    assert {(call.trace_id.hex(), call.parent_span_id.hex()) for call in calls} == {(TRACE, PARENT)}
    found = [attributes(call.attributes) for call in calls]
    assert [each["lenet.request_id"] for each in found] == ["one", "two", "three"]
    assert [each["rpc.response.status_code"] for each in found] == ["OK", "NOT_FOUND", "OK"]
    for call in calls:
        assert_nested(collector, call)


def test_the_inference_spans_of_a_batch_are_linked(
    traced: Settings, collector: Collector, channels: list[grpc.Channel], digits: NDArray[np.uint8]
) -> None:
    delayed = replace(traced, max_batch_size=3, max_queue_delay_ms=10_000)
    with App(delayed, CollectorRegistry()) as app:
        stub = stub_of(app, channels)
        for future in [stub.Classify.future(arrays(digits[index]), timeout=TIMEOUT) for index in range(3)]:
            future.result()
    calls = collector.servers()
    assert len({call.trace_id for call in calls}) == 3
    inferences = [span for span in collector.spans if span.name == "inference"]
    for each in inferences:
        assert attributes(each.attributes) == {"lenet.batch.images": 3, "lenet.batch.calls": 3}
    first, second, third = sorted(inferences, key=lambda span: len(span.links))
    assert not first.links
    assert [link.span_id for each in (second, third) for link in each.links] == [first.span_id] * 2


def test_a_server_error_marks_the_span_as_failed_and_a_client_error_does_not(
    traced: Settings, collector: Collector, channels: list[grpc.Channel], tmp_path: Path
) -> None:
    brittle.publish(tmp_path)
    pixels = pb.Pixels(shape=brittle.SHAPE, data=brittle.BAD)
    with App(replace(traced, model_repository=tmp_path), CollectorRegistry()) as app:
        stub = stub_of(app, channels)
        with pytest.raises(grpc.RpcError) as mistake:
            stub.Classify(pb.ClassifyRequest(), timeout=TIMEOUT)
        with pytest.raises(grpc.RpcError) as fault:
            stub.Classify(pb.ClassifyRequest(images=[pb.Image(pixels=pixels)]), timeout=TIMEOUT)
    assert mistake.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert fault.value.code() is grpc.StatusCode.INTERNAL
    refused, failed = collector.servers()
    assert refused.status.code == Status.STATUS_CODE_UNSET
    assert "error.type" not in attributes(refused.attributes)
    assert (failed.status.code, failed.status.message) == (Status.STATUS_CODE_ERROR, fault.value.details())
    found = attributes(failed.attributes)
    assert found["error.type"] == found["rpc.response.status_code"] == "INTERNAL"
    assert str(found["lenet.request_id"]) in (fault.value.details() or "")
    assert [stage.name for stage in collector.within(failed)] == ["queue", "inference"]


def test_sampling_follows_the_callers_trace_or_else_the_ratio(
    traced: Settings, collector: Collector, channels: list[grpc.Channel], digits: NDArray[np.uint8]
) -> None:
    with App(replace(traced, trace_sample_ratio=0.0), CollectorRegistry()) as app:
        stub = stub_of(app, channels)
        for metadata in (SAMPLED, NOT_SAMPLED, (), (("traceparent", "nonsense"),)):
            stub.Classify(arrays(digits[0]), timeout=TIMEOUT, metadata=metadata)
    assert [call.trace_id.hex() for call in collector.servers()] == [TRACE]
    assert len(collector.spans) == 3


@pytest.mark.timeout(30)
def test_an_unreachable_collector_affects_neither_calls_nor_the_drain(
    settings: Settings, channels: list[grpc.Channel], digits: NDArray[np.uint8]
) -> None:
    with collecting() as stopped:
        endpoint = stopped.endpoint
    unreachable = replace(settings, trace_endpoint=endpoint, shutdown_grace_seconds=2.0)
    with App(unreachable, CollectorRegistry()) as app:
        stub = stub_of(app, channels)
        for _ in range(1000):  # more than one export batch: BatchSpanProcessor sends 512 spans at once
            assert stub.Classify(arrays(digits[0]), timeout=TIMEOUT).results


def test_there_is_no_observer_by_default() -> None:
    assert make_observer(Settings()) is None


def test_the_error_without_opentelemetry_says_what_to_install() -> None:
    command = (
        "import sys; sys.modules['opentelemetry'] = None; from lenet_server.cli import main; "
        "sys.exit(main(['--port=0', '--http-port=0', '--trace-endpoint=http://127.0.0.1:4317']))"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "--trace-endpoint needs OpenTelemetry" in done.stderr
    assert "pip install 'lenet-server[tracing]'" in done.stderr
    assert "Traceback" not in done.stderr
