"""The access log: its fields, request ids and line format."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.logs import TextFormatter
from lenet_server.observability.access_log import AccessLog
from lenet_server.observability.call_observer import CallObservers, EndedCall
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.processes import server_process
from tests.support.server.someone import Someone

TIMEOUT = 20.0
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@dataclass
class Log:
    """A server's log records; complete once the server has stopped."""

    caplog: pytest.LogCaptureFixture

    @property
    def records(self) -> list[logging.LogRecord]:
        """All records."""
        return self.caplog.records

    @property
    def lines(self) -> list[logging.LogRecord]:
        """The records of the access log."""
        return [each for each in self.records if each.name == "lenet_server.observability.access_log"]

    @property
    def calls(self) -> list[dict[str, object]]:
        """The fields of each access log record."""
        return [fields(each) for each in self.lines]


def fields(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = vars(record)["fields"]
    return found


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Log:
    caplog.set_level(logging.INFO)
    return Log(caplog)


@contextmanager
def served(settings: Settings) -> Iterator[rpc.ClassifierStub]:
    """Run a server and yield a stub of it."""
    with App(settings, CollectorRegistry()) as app, grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel:
        yield rpc.ClassifierStub(channel)


def request(*digits: NDArray[np.uint8], **named: str) -> pb.ClassifyRequest:
    images = [pb.Image(pixels=pb.Pixels(shape=each.shape, data=each.tobytes())) for each in digits]
    return pb.ClassifyRequest(images=images, **named)  # type: ignore[arg-type]


def test_it_is_off_by_default(settings: Settings, digits: NDArray[np.uint8], log: Log) -> None:
    with served(settings) as stub:
        stub.Classify(request(digits[0]), timeout=TIMEOUT)
    assert log.records
    assert not log.lines


def test_each_call_is_one_line(settings: Settings, digits: NDArray[np.uint8], log: Log) -> None:
    with served(replace(settings, access_log="on")) as stub:
        metadata = (("x-request-id", "order 66"), ("authorization", "Bearer a-secret"))
        stub.Classify(request(digits[0], digits[1]), timeout=TIMEOUT, metadata=metadata)
        stub.ListModels(pb.ListModelsRequest(), timeout=TIMEOUT)
        with pytest.raises(grpc.RpcError):
            stub.Classify(request(digits[0], model="vgg"), timeout=TIMEOUT)
    classified, listed, refused = log.calls
    assert classified["method"] == "lenet.v1.Classifier/Classify"
    assert (classified["code"], classified["images"], classified["request_id"]) == ("OK", 2, "order 66")
    assert (classified["model"], classified["version"]) == ("lenet", 1)
    assert str(classified["peer"]).startswith("127.0.0.1:")
    duration, queue = classified["duration_ms"], classified["queue_ms"]
    assert isinstance(duration, float)
    assert isinstance(queue, float)
    assert 0 <= queue <= duration
    assert listed["method"] == "lenet.v1.Classifier/ListModels"
    assert (refused["code"], refused["model"], refused["queue_ms"]) == ("NOT_FOUND", None, None)
    written = "".join(TextFormatter().format(each) + str(fields(each)) for each in log.lines)
    assert "a-secret" not in written
    assert len(written) < 3000
    assert "method=lenet.v1.Classifier/Classify code=OK duration_ms=" in TextFormatter().format(log.lines[0])
    assert TextFormatter().format(log.lines[0]).endswith("request_id=order 66")


def test_each_message_of_a_stream_is_one_line(settings: Settings, digits: NDArray[np.uint8], log: Log) -> None:
    with served(replace(settings, access_log="on")) as stub:
        requests = [request(digits[0], id="one"), request(digits[1], id="two", model="vgg")]
        assert len(list(stub.ClassifyStream(iter(requests), timeout=TIMEOUT))) == 2
    found = {call["request_id"]: (call["method"], call["code"], call["images"]) for call in log.calls}
    method = "lenet.v1.Classifier/ClassifyStream"
    assert found == {"one": (method, "OK", 1), "two": (method, "NOT_FOUND", None)}


def test_the_request_id_comes_from_metadata_then_message_then_trace(
    settings: Settings, digits: NDArray[np.uint8], log: Log
) -> None:
    trace = (("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"),)
    with served(replace(settings, access_log="on")) as stub:
        stub.Classify(request(digits[0], id="a"), timeout=TIMEOUT, metadata=(("x-request-id", "b"), *trace))
        stub.Classify(request(digits[0], id="a"), timeout=TIMEOUT, metadata=trace)
        stub.Classify(request(digits[0]), timeout=TIMEOUT, metadata=trace)
        stub.Classify(request(digits[0]), timeout=TIMEOUT)
        stub.Classify(request(digits[0], id="x\nERROR all is lost" * 100), timeout=TIMEOUT)
    metadata, message, traced, generated, hostile = (str(call["request_id"]) for call in log.calls)
    assert (metadata, message, traced) == ("b", "a", TRACE)
    assert len(generated) == 16
    assert hostile.startswith("x?ERROR all is lost")
    assert len(hostile) == 128
    assert all("\n" not in line.getMessage() for line in log.lines)


class FailingObserver:
    """An observer whose methods raise."""

    def call_ended(self, call: EndedCall) -> None:
        raise RuntimeError(call.method)

    def stop(self, seconds: float) -> None:
        raise AssertionError(seconds)


def test_a_failing_observer_is_logged_and_the_others_still_run(log: Log) -> None:
    call = EndedCall("Classify", Someone(), "a", grpc.StatusCode.OK, "", 1.0, 1.5, None)
    CallObservers([FailingObserver(), AccessLog()]).call_ended(call)
    failure, line = log.records
    assert failure.levelno == logging.ERROR
    assert fields(failure) == {"request_id": "a"}
    assert fields(line)["duration_ms"] == 500
    assert fields(line)["peer"] is None


def test_the_json_log_has_the_fields(digits: NDArray[np.uint8], transport: str) -> None:
    flags = (f"--model-repository={ROOT / 'models'}", f"--transport={transport}", "--access-log=on")
    with server_process(*flags) as server:
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            rpc.ClassifierStub(channel).Classify(request(digits[0], id="a"), timeout=TIMEOUT)
        assert server.stop() == 0
    (line,) = [each for each in server.events if each["logger"] == "lenet_server.observability.access_log"]
    assert (line["method"], line["code"], line["request_id"]) == ("lenet.v1.Classifier/Classify", "OK", "a")
