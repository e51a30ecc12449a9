"""Errors, retries and deadlines, against a real server that fails as scripted."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import grpc
import pytest

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_client import (
    Client,
    InvalidRequest,
    LenetError,
    NotSupported,
    PermissionDenied,
    ServerBusy,
    ServerFault,
    ServerUnavailable,
    TimedOut,
    Unauthenticated,
)
from tests.support.client.servicers import serve

TOP = [pb.LabelScore(label="7", score=0.9)]
ANSWER = pb.ClassifyResponse(results=[pb.Result(prediction=pb.Prediction(top=TOP))])


class Scripted(rpc.ClassifierServicer):
    """Responds to each call with the next of its outcomes, and repeats the last one."""

    def __init__(self) -> None:
        self.outcomes: list[grpc.StatusCode | pb.ClassifyResponse] = []
        self.calls = 0
        self.remaining: list[float] = []  # seconds until each call's deadline
        self.end = threading.Event()

    def Classify(self, request: pb.ClassifyRequest, context: grpc.ServicerContext) -> pb.ClassifyResponse:  # noqa: ARG002, N802
        self.calls += 1
        self.remaining.append(context.time_remaining())
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, grpc.StatusCode):
            if outcome is grpc.StatusCode.DEADLINE_EXCEEDED:
                self.end.wait(10)
            context.abort(outcome, f"scripted {outcome.name}")
        return outcome

    # Not called by these tests; mypy takes the generated class for abstract.
    ClassifyStream = ListModels = GetModel = rpc.ClassifierServicer.ClassifyStream  # type: ignore[assignment]


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def address(scripted: Scripted) -> Iterator[str]:
    """HOST:PORT of the scripted server."""
    with serve(partial(rpc.add_ClassifierServicer_to_server, scripted)) as address:
        yield address
        scripted.end.set()


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_a_busy_or_unavailable_server_is_retried(client: Client, scripted: Scripted, code: grpc.StatusCode) -> None:
    scripted.outcomes = [code, code, ANSWER]
    assert client.classify(b"picture").label == "7"
    assert scripted.calls == 3


def test_one_deadline_covers_all_attempts(scripted: Scripted, connect: Callable[..., Client], address: str) -> None:
    scripted.outcomes = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAVAILABLE, ANSWER]
    with connect(address, timeout=2) as client:
        client.classify(b"picture")
    first, second, third = scripted.remaining
    assert 2.1 > first > second > third  # gRPC rounds them to some hundredths of the whole
    scripted.outcomes = [grpc.StatusCode.UNAVAILABLE]
    with connect(address, timeout=0.05) as hasty, pytest.raises((TimedOut, ServerUnavailable), match=address):
        hasty.classify(b"picture")
    assert len(scripted.remaining) == 4  # there was no time for another attempt


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.UNAVAILABLE, ServerUnavailable),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, ServerBusy),
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidRequest),
        (grpc.StatusCode.UNAUTHENTICATED, Unauthenticated),
        (grpc.StatusCode.PERMISSION_DENIED, PermissionDenied),
        (grpc.StatusCode.INTERNAL, ServerFault),
        (grpc.StatusCode.UNIMPLEMENTED, NotSupported),
    ],
)
def test_each_status_raises_its_error(
    client: Client, scripted: Scripted, code: grpc.StatusCode, error: type[LenetError]
) -> None:
    scripted.outcomes = [code]
    with pytest.raises(error, match=f"127.0.0.1:[0-9]+: scripted {code.name}"):
        client.classify(b"picture")


def test_a_timeout_raises_timed_out(scripted: Scripted, connect: Callable[..., Client], address: str) -> None:
    scripted.outcomes = [grpc.StatusCode.DEADLINE_EXCEEDED]
    with connect(address, timeout=0.2) as hasty, pytest.raises(TimedOut, match=address):
        hasty.classify(b"picture")


@pytest.mark.parametrize("results", [0, 2])
def test_a_wrong_number_of_results_is_a_server_fault(client: Client, scripted: Scripted, results: int) -> None:
    scripted.outcomes = [pb.ClassifyResponse(results=[ANSWER.results[0]] * results)]
    with pytest.raises(ServerFault, match=f"1 images were sent, {results} results came back"):
        client.classify(b"picture")
    with pytest.raises(ServerFault, match=f"1 images were sent, {results} results came back"):
        client.inspect(b"picture")
