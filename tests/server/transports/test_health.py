"""The health service, while names and watchers come and go."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from hyperframe.frame import RstStreamFrame, SettingsFrame

from lenet_server.transports.health import SENDERS, Health
from tests.support.server.frames import PREFACE, FrameConnection, message

TIMEOUT = 20.0
Status = health_pb2.HealthCheckResponse


@pytest.fixture
def health(request: pytest.FixtureRequest) -> Iterator[Health]:
    """A health service without names."""
    made = Health(send_timeout_seconds=getattr(request, "param", TIMEOUT))
    yield made
    made.close()


@pytest.fixture
def port(health: Health) -> Iterator[int]:
    """The port of a server with the health service alone."""
    server = grpc.server(ThreadPoolExecutor(4))
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    opened = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield opened
    server.stop(0).wait(TIMEOUT)


@pytest.fixture
def stub(port: int) -> Iterator[health_pb2_grpc.HealthStub]:
    """A client of it."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield health_pb2_grpc.HealthStub(channel)


def watch(stub: health_pb2_grpc.HealthStub, name: str) -> Iterator[Status]:
    request = health_pb2.HealthCheckRequest(service=name)
    changes: Iterator[Status] = stub.Watch(request, timeout=TIMEOUT)  # type: ignore[attr-defined]
    return changes


def check(stub: health_pb2_grpc.HealthStub, name: str) -> int:
    request = health_pb2.HealthCheckRequest(service=name)
    status: int = stub.Check(request, timeout=TIMEOUT).status  # type: ignore[attr-defined]
    return status


def test_names_are_watched_before_they_are_known(health: Health, stub: health_pb2_grpc.HealthStub) -> None:
    changes = watch(stub, "lenet")
    assert next(changes).status == Status.SERVICE_UNKNOWN
    with pytest.raises(grpc.RpcError) as refused:
        check(stub, "lenet")
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    health.set("lenet", is_serving=True)
    health.set("lenet", is_serving=True)
    health.set("other", is_serving=False)
    assert next(changes).status == check(stub, "lenet") == Status.SERVING
    health.set("lenet", is_serving=False)
    assert next(changes).status == check(stub, "lenet") == Status.NOT_SERVING


def test_after_the_end_nothing_is_serving_again(health: Health, stub: health_pb2_grpc.HealthStub) -> None:
    health.set("lenet", is_serving=True)
    changes = watch(stub, "lenet")
    assert next(changes).status == Status.SERVING
    health.end()
    health.set("lenet", is_serving=True)
    assert next(changes).status == check(stub, "lenet") == Status.NOT_SERVING


def test_watchers_that_leave_while_health_changes_do_not_block_others(
    health: Health, stub: health_pb2_grpc.HealthStub
) -> None:
    """Grpcio's own health service deadlocks here, and with it the whole server."""
    stop = threading.Event()

    def change() -> None:
        is_serving = False
        while not stop.is_set():
            is_serving = not is_serving
            health.set("lenet", is_serving=is_serving)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(50):
            watchers = [watch(stub, "lenet") for _ in range(4)]
            for each in watchers:
                next(each)
            for each in watchers:
                each.cancel()  # type: ignore[attr-defined]
        assert check(stub, "lenet") in (Status.SERVING, Status.NOT_SERVING)
    finally:
        stop.set()
        changing.join(TIMEOUT)
    assert not changing.is_alive()


@pytest.mark.parametrize("health", [1.0], indirect=True)
def test_watchers_that_do_not_read_are_cancelled(port: int, stub: health_pb2_grpc.HealthStub) -> None:
    """Sending to a client with a flow-control window of zero blocks a thread: once, before the timeout, for good."""
    no_window = PREFACE + SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0}).serialize()
    question = message(health_pb2.HealthCheckRequest(service="lenet").SerializeToString())
    streams = range(1, 2 * SENDERS + 2, 2)
    with FrameConnection(port, no_window) as connection:
        for stream in streams:
            connection.call(stream, question, path="/grpc.health.v1.Health/Watch")
        assert next(watch(stub, "lenet")).status == Status.SERVICE_UNKNOWN
        left = set(streams)
        for frame in connection.frames():
            if isinstance(frame, RstStreamFrame) or "END_STREAM" in frame.flags:
                left.discard(frame.stream_id)
            if not left:
                break
        assert not left
