"""Shutdown: every accepted request is answered, and health checks fail before calls are refused."""

import signal
import urllib.error
import urllib.request
from collections.abc import Iterator

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from numpy.typing import NDArray

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from tests.conftest import ROOT
from tests.support.callers import CALLERS, Load
from tests.support.processes import server_process

TIMEOUT = 20.0


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_no_accepted_request_is_lost(stop_signal: signal.Signals, transport: str, digits: NDArray[np.uint8]) -> None:
    """16 clients send without pause: the server's counts of status codes equal the clients'."""
    with server_process(f"--model-repository={ROOT / 'models'}", f"--transport={transport}") as server:
        callers = Load(f"127.0.0.1:{server.grpc_port}", digits)
        callers.start()
        status = server.stop(stop_signal)
        callers.join()
    assert status == 0
    assert set(callers.outcomes) == {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
    assert callers.outcomes[grpc.StatusCode.UNAVAILABLE] == CALLERS
    assert server.events[-1]["requests"] == {code.name: count for code, count in callers.outcomes.items()}


def watch_health(channel: grpc.Channel) -> Iterator[str]:
    changes = health_pb2_grpc.HealthStub(channel).Watch(  # type: ignore[attr-defined]
        health_pb2.HealthCheckRequest(), timeout=TIMEOUT
    )
    return (health_pb2.HealthCheckResponse.ServingStatus.Name(change.status) for change in changes)


def test_readiness_fails_before_calls_are_refused(transport: str, digits: NDArray[np.uint8]) -> None:
    """During the shutdown delay, health checks report NOT_SERVING while calls are still answered."""
    request = pb.ClassifyRequest(images=[pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=digits[0].tobytes()))])
    with (
        server_process(
            f"--model-repository={ROOT / 'models'}", f"--transport={transport}", "--shutdown-delay-seconds=2"
        ) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel,
    ):
        health = watch_health(channel)
        assert next(health) == "SERVING"
        server.process.send_signal(signal.SIGTERM)
        assert next(health) == "NOT_SERVING"
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}/readyz", timeout=TIMEOUT)
        assert len(rpc.ClassifierStub(channel).Classify(request, timeout=TIMEOUT).results) == 1
        assert server.process.wait(TIMEOUT) == 0


def test_malformed_streams_do_not_block_the_shutdown(transport: str) -> None:
    with server_process(f"--model-repository={ROOT / 'models'}", f"--transport={transport}") as server:
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            method = "/lenet.v1.Classifier/ClassifyStream"
            stream: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(method)
            for _ in range(3):
                with pytest.raises(grpc.RpcError):
                    list(stream(iter([b"\xff" * 200]), timeout=TIMEOUT))
        assert server.stop() == 0


def test_a_signal_to_a_suspended_server_takes_effect_when_it_continues() -> None:
    with server_process(f"--model-repository={ROOT / 'models'}") as server:
        server.process.send_signal(signal.SIGSTOP)
        server.process.send_signal(signal.SIGTERM)
        assert server.stop(signal.SIGCONT) == 0
