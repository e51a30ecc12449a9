"""Every request to lenet.v1, however wrong, gets a status, and the next client a right response."""

from collections.abc import Iterator
from functools import partial

import cv2
import grpc
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from tests.conftest import ROOT
from tests.support.processes import ServerProcess, server_process
from tests.support.server.fuzzing import UNDECODABLE, mutated, outcome_of

TIMEOUT = 30.0
MEGABYTE = 2**20
fuzzed = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
METHODS = ["Classify", "GetModel", "ListModels"]
WRONG = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
PNG = cv2.imencode(".png", np.full((9, 9), 200, np.uint8))[1].tobytes()

int32 = st.integers(-(2**31), 2**31 - 1)
sizes = st.sampled_from([0, 1, 28, -1, -28, 2**31 - 1, -(2**31)]) | int32
shapes = st.sampled_from([[1, 28, 28], [28, 28], [1, 1, 28, 28], [-1, -28, 28], []]) | st.lists(sizes, max_size=5)
pixels = st.builds(pb.Pixels, shape=shapes, data=st.sampled_from([bytes(784), b"", bytes(783)]) | st.binary(max_size=9))
pictures = st.binary(max_size=99) | st.builds(
    lambda cut, more: PNG[:cut] + more, st.integers(0, len(PNG)), st.binary(max_size=9)
)
images = st.builds(pb.Image, pixels=pixels) | st.builds(pb.Image, encoded=pictures) | st.just(pb.Image())
requests = st.builds(
    pb.ClassifyRequest,
    id=st.text(max_size=5),
    model=st.sampled_from(["", "lenet"]) | st.text(max_size=5),
    version=st.sampled_from([0, 1]) | st.integers(-(2**63), 2**63 - 1),
    top_k=st.sampled_from([0, 3]) | int32,
    priority=st.sampled_from([0, 1, 9]) | int32,
    images=st.lists(images, max_size=4),
)


RIGHT = pb.ClassifyRequest(
    id="a", images=[pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=bytes(784))), pb.Image(encoded=PNG)]
).SerializeToString()


def answers_rightly(stub: rpc.ClassifierStub, digits: NDArray[np.uint8]) -> None:
    image = pb.Image(pixels=pb.Pixels(shape=digits[0].shape, data=digits[0].tobytes()))
    (result,) = stub.Classify(pb.ClassifyRequest(images=[image]), timeout=TIMEOUT).results
    assert result.prediction.top[0].label == "0"


@fuzzed
@given(request=requests)
def test_requests_of_any_content_get_a_status(
    stub: rpc.ClassifierStub, digits: NDArray[np.uint8], request: pb.ClassifyRequest
) -> None:
    outcome = outcome_of(lambda: stub.Classify(request, timeout=TIMEOUT))
    if isinstance(outcome, pb.ClassifyResponse):
        assert (outcome.id, len(outcome.results)) == (request.id, len(request.images))
    else:
        assert outcome[0] in WRONG
        assert outcome[1]
    answers_rightly(stub, digits)


@fuzzed
@given(messages=st.lists(requests, max_size=5))
def test_a_stream_of_them_answers_each(
    stub: rpc.ClassifierStub, digits: NDArray[np.uint8], messages: list[pb.ClassifyRequest]
) -> None:
    responses = list(stub.ClassifyStream(iter(messages), timeout=TIMEOUT))
    assert sorted(each.id for each in responses) == sorted(each.id for each in messages)
    for each in responses:
        assert each.HasField("error") != bool(each.results)
        assert each.error.code != grpc.StatusCode.INTERNAL.value[0]
    answers_rightly(stub, digits)


@fuzzed
@given(method=st.sampled_from(METHODS), message=mutated(RIGHT, 40) | st.binary(max_size=99))
def test_bytes_of_any_content_get_a_status(
    channel: grpc.Channel, stub: rpc.ClassifierStub, digits: NDArray[np.uint8], method: str, message: bytes
) -> None:
    # Without serializers: requests and responses are bytes.
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/lenet.v1.Classifier/{method}")
    outcome = outcome_of(lambda: call(message, timeout=TIMEOUT))
    assert isinstance(outcome, bytes) or outcome[0] in WRONG or outcome == UNDECODABLE
    answers_rightly(stub, digits)


@pytest.fixture(scope="module")
def server(transport: str) -> Iterator[ServerProcess]:
    """A process of its own, whose memory can be measured."""
    with server_process(f"--model-repository={ROOT / 'models'}", f"--transport={transport}") as running:
        yield running


def test_millions_of_images_are_refused_and_cost_nothing(server: ServerProcess, digits: NDArray[np.uint8]) -> None:
    """An image is two bytes on the wire, and would be a hundred in memory."""
    messages = [
        pb.ClassifyRequest(images=[pb.Image()] * 10**6).SerializeToString(),
        b"\x2a\x00" * (30 * 10**6),
        b"\x2a\x02\x0a\x00" * (15 * 10**6),
    ]
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        stub = rpc.ClassifierStub(channel)
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/lenet.v1.Classifier/Classify")
        stream: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(
            "/lenet.v1.Classifier/ClassifyStream"
        )
        answers_rightly(stub, digits)
        before = server.peak_memory()
        for message in messages:
            code, _ = outcome_of(partial(call, message, timeout=TIMEOUT))
            assert code is grpc.StatusCode.INVALID_ARGUMENT
            assert outcome_of(partial(list, stream(iter([message]), timeout=TIMEOUT))) == UNDECODABLE
        answers_rightly(stub, digits)
        assert server.peak_memory() - before < 300 * MEGABYTE
