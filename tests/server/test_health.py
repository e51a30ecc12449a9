"""Health checks while names come and go, and watchers too."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from lenet_server.health import Health

TIMEOUT = 20.0
Status = health_pb2.HealthCheckResponse


@pytest.fixture
def health() -> Iterator[Health]:
    """Health checks of nothing yet."""
    made = Health()
    yield made
    made.close()


@pytest.fixture
def stub(health: Health) -> Iterator[health_pb2_grpc.HealthStub]:
    """A client of a server that has nothing but health checks."""
    server = grpc.server(ThreadPoolExecutor(4))
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield health_pb2_grpc.HealthStub(channel)
    server.stop(0).wait(TIMEOUT)


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
    health.set("lenet", well=True)
    health.set("lenet", well=True)
    health.set("other", well=False)
    assert next(changes).status == check(stub, "lenet") == Status.SERVING
    health.set("lenet", well=False)
    assert next(changes).status == check(stub, "lenet") == Status.NOT_SERVING


def test_after_the_end_nothing_is_well_again(health: Health, stub: health_pb2_grpc.HealthStub) -> None:
    health.set("lenet", well=True)
    changes = watch(stub, "lenet")
    assert next(changes).status == Status.SERVING
    health.end()
    health.set("lenet", well=True)
    assert next(changes).status == check(stub, "lenet") == Status.NOT_SERVING


def test_watchers_that_leave_while_health_changes_hold_up_nobody(
    health: Health, stub: health_pb2_grpc.HealthStub
) -> None:
    """Grpcio's own health checks come to a stop here, and with them the whole server."""
    stop = threading.Event()

    def change() -> None:
        well = False
        while not stop.is_set():
            well = not well
            health.set("lenet", well=well)

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
