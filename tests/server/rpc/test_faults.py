"""A model that fails: clients get INTERNAL and an id, the log has the traceback, and the server goes on."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.support.server import brittle

TIMEOUT = 20.0


@contextmanager
def served(settings: Settings) -> Iterator[rpc.ClassifierStub]:
    """A server, by its stub."""
    with App(settings, CollectorRegistry()) as app, grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel:
        yield rpc.ClassifierStub(channel)


def brittle_request(pixels: bytes, request_id: str = "") -> pb.ClassifyRequest:
    return pb.ClassifyRequest(
        id=request_id, images=[pb.Image(pixels=pb.Pixels(shape=brittle.SHAPE, data=pixels))], model="brittle"
    )


def fields(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = vars(record)["fields"]
    return found


@pytest.mark.parametrize("access_log", ["on", "off"])
def test_an_internal_error_is_logged_under_the_id_that_the_client_gets(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, access_log: str
) -> None:
    caplog.set_level(logging.INFO)
    brittle.publish(tmp_path)
    with served(replace(settings, model_repository=tmp_path, access_log=access_log)) as stub:
        with pytest.raises(grpc.RpcError) as unnamed:
            stub.Classify(brittle_request(brittle.BAD), timeout=TIMEOUT)
        with pytest.raises(grpc.RpcError) as named:
            stub.Classify(brittle_request(brittle.BAD, "mine"), timeout=TIMEOUT)
        (streamed,) = stub.ClassifyStream(iter([brittle_request(brittle.BAD, "streamed")]), timeout=TIMEOUT)
        assert stub.Classify(brittle_request(brittle.GOOD), timeout=TIMEOUT).results
    faults = [each for each in caplog.records if each.levelno == logging.ERROR]
    ids = [str(fields(each)["request_id"]) for each in faults]
    assert ids[1:] == ["mine", "streamed"]
    assert [each.exc_info is not None for each in faults] == [True] * 3
    messages = [unnamed.value.details(), named.value.details(), streamed.error.message]
    assert messages == [f"internal error: the server's log says more of request {each}" for each in ids]
    calls = [
        str(fields(each)["request_id"])
        for each in caplog.records
        if each.name == "lenet_server.observability.access_log"
    ]
    assert calls[:3] == (ids if access_log == "on" else [])


def test_an_error_of_a_batch_is_logged_with_one_traceback_and_a_line_for_each_request(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    brittle.publish(tmp_path)
    # Long enough that only a full batch ends the wait.
    together = replace(settings, model_repository=tmp_path, max_batch_size=4, max_queue_delay_ms=10_000)
    with served(together) as stub:
        calls = [stub.Classify.future(brittle_request(brittle.BAD, f"call {n}"), timeout=TIMEOUT) for n in range(4)]
        assert [call.code() for call in calls] == [grpc.StatusCode.INTERNAL] * 4
    first, *others = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert {fields(each)["request_id"] for each in (first, *others)} == {f"call {n}" for n in range(4)}
    assert first.exc_info is not None
    assert [each.exc_info for each in others] == [None] * 3
    assert {fields(each)["first_request_id"] for each in others} == {fields(first)["request_id"]}
