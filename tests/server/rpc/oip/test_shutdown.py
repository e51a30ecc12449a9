"""The inference protocol during a shutdown: not ready, then new calls refused and accepted ones answered."""

import signal
import threading
from collections.abc import Iterator

import grpc
import numpy as np
from grpc_health.v1 import health_pb2, health_pb2_grpc
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.processes import server_process
from tests.support.server.oip_requests import raw

TIMEOUT = 20.0


def test_the_server_is_not_ready_before_it_refuses(digits: NDArray[np.uint8]) -> None:
    with (
        server_process(f"--model-repository={ROOT / 'models'}", "--shutdown-delay-seconds=2") as server,
        grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel,
    ):
        inference = rpc.GRPCInferenceServiceStub(channel)
        assert inference.ServerReady(pb.ServerReadyRequest(), timeout=TIMEOUT).ready
        assert inference.ModelReady(pb.ModelReadyRequest(name="lenet"), timeout=TIMEOUT).ready
        changes = health_pb2_grpc.HealthStub(channel).Watch(  # type: ignore[attr-defined]
            health_pb2.HealthCheckRequest(service="inference.GRPCInferenceService"), timeout=TIMEOUT
        )
        assert next(changes).status == health_pb2.HealthCheckResponse.SERVING
        server.process.send_signal(signal.SIGTERM)
        assert next(changes).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert not inference.ServerReady(pb.ServerReadyRequest(), timeout=TIMEOUT).ready
        assert inference.ServerLive(pb.ServerLiveRequest(), timeout=TIMEOUT).live
        assert not inference.ModelReady(pb.ModelReadyRequest(name="lenet"), timeout=TIMEOUT).ready
        assert inference.ModelInfer(raw(digits[:1], id="last"), timeout=TIMEOUT).id == "last"
        assert server.process.wait(TIMEOUT) == 0


def test_a_drain_answers_what_a_stream_has_sent_and_ends_it(settings: Settings, digits: NDArray[np.uint8]) -> None:
    registry, stop, enough = CollectorRegistry(), threading.Event(), threading.Event()
    answered: list[str] = []
    outcome: list[grpc.StatusCode] = []

    def requests() -> Iterator[pb.ModelInferRequest]:
        index = 0
        while not stop.is_set():
            yield raw(digits[index % 64][None], id=str(index))
            index += 1

    def call(port: int) -> None:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            try:
                for response in rpc.GRPCInferenceServiceStub(channel).ModelStreamInfer(requests(), timeout=TIMEOUT):
                    answered.append(response.infer_response.id)
                    if len(answered) == 100:
                        enough.set()
            except grpc.RpcError as error:
                outcome.append(error.code())
            finally:
                stop.set()

    with App(settings, registry) as app:
        caller = threading.Thread(target=call, args=(app.grpc_port,))
        caller.start()
        assert enough.wait(TIMEOUT)
    caller.join(TIMEOUT)
    assert outcome == [grpc.StatusCode.UNAVAILABLE]
    assert answered == [str(index) for index in range(len(answered))]
    counted = registry.get_sample_value("lenet_requests_total", {"method": "ModelStreamInfer", "code": "OK"})
    assert counted == len(answered)
