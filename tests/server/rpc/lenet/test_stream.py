"""ClassifyStream: many requests over one call."""

import threading
from collections.abc import Iterator

import grpc
import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings

TIMEOUT = 20.0


def request(request_id: int, array: NDArray[np.uint8], **fields: str) -> pb.ClassifyRequest:
    image = pb.Image(pixels=pb.Pixels(shape=array.shape, data=array.tobytes()))
    return pb.ClassifyRequest(id=str(request_id), images=[image], **fields)  # type: ignore[arg-type]


def test_each_request_gets_one_answer_with_its_id(stub: rpc.ClassifierStub, digits: NDArray[np.uint8]) -> None:
    unary = [stub.Classify(request(0, each), timeout=TIMEOUT).results[0] for each in digits]
    requests = (request(index, digits[index % 64]) for index in range(1000))
    responses = list(stub.ClassifyStream(requests, timeout=TIMEOUT))
    assert sorted(int(response.id) for response in responses) == list(range(1000))
    for response in responses:
        top = [each.label for each in response.results[0].prediction.top]
        assert top == [each.label for each in unary[int(response.id) % 64].prediction.top]


def test_a_request_that_fails_is_answered_and_the_stream_goes_on(
    stub: rpc.ClassifierStub, digits: NDArray[np.uint8]
) -> None:
    requests = [request(0, digits[0]), request(1, digits[1], model="vgg"), request(2, digits[2])]
    responses = {each.id: each for each in stub.ClassifyStream(iter(requests), timeout=TIMEOUT)}
    assert responses["1"].error.code == grpc.StatusCode.NOT_FOUND.value[0]
    assert "no model 'vgg'" in responses["1"].error.message
    assert [responses[each].HasField("error") for each in "02"] == [False, False]


def test_an_answer_comes_while_the_stream_is_open(stub: rpc.ClassifierStub, digits: NDArray[np.uint8]) -> None:
    more = threading.Event()

    def requests() -> Iterator[pb.ClassifyRequest]:
        yield request(0, digits[0])
        assert more.wait(TIMEOUT)
        yield request(1, digits[1])

    responses = stub.ClassifyStream(requests(), timeout=TIMEOUT)
    assert next(responses).id == "0"
    more.set()
    assert [each.id for each in responses] == ["1"]


def test_a_client_that_hangs_up_does_not_harm_the_server(stub: rpc.ClassifierStub, digits: NDArray[np.uint8]) -> None:
    stop = threading.Event()

    def requests() -> Iterator[pb.ClassifyRequest]:
        yield request(0, digits[0])
        stop.wait(TIMEOUT)

    responses = stub.ClassifyStream(requests(), timeout=TIMEOUT)
    assert next(responses).id == "0"
    responses.cancel()
    stop.set()
    assert stub.Classify(request(1, digits[1]), timeout=TIMEOUT).id == "1"


def test_a_drain_answers_what_the_stream_has_sent_and_ends_it(settings: Settings, digits: NDArray[np.uint8]) -> None:
    """An open stream neither delays the drain nor loses a response."""
    registry, stop = CollectorRegistry(), threading.Event()
    answered: list[str] = []

    def requests() -> Iterator[pb.ClassifyRequest]:
        index = 0
        while not stop.is_set():
            yield request(index, digits[index % 64])
            index += 1

    def call(port: int) -> grpc.StatusCode:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            responses = rpc.ClassifierStub(channel).ClassifyStream(requests(), timeout=TIMEOUT)
            try:
                for response in responses:
                    answered.append(response.id)
                    if len(answered) == 100:
                        enough.set()
            except grpc.RpcError as error:
                return error.code()
            finally:
                stop.set()
        return grpc.StatusCode.OK

    enough = threading.Event()
    outcome: list[grpc.StatusCode] = []
    with App(settings, registry) as app:
        caller = threading.Thread(target=lambda: outcome.append(call(app.grpc_port)))
        caller.start()
        assert enough.wait(TIMEOUT)
    caller.join(TIMEOUT)
    assert outcome == [grpc.StatusCode.UNAVAILABLE]
    counted = registry.get_sample_value("lenet_requests_total", {"method": "ClassifyStream", "code": "OK"})
    assert counted == len(answered)
