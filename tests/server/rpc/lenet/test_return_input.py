"""With `return_input`, each result holds the model's input."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_imaging import Preprocessing, prepare

TIMEOUT = 10.0


def array(result: pb.Result) -> NDArray[np.uint8]:
    return np.frombuffer(result.input.data, np.uint8).reshape(tuple(result.input.shape))


def test_the_input_is_the_prepared_image(stub: rpc.ClassifierStub, samples: dict[Path, str]) -> None:
    files = [file.read_bytes() for file in samples]
    images = [pb.Image(encoded=file) for file in files]
    response = stub.Classify(pb.ClassifyRequest(images=images, return_input=True), timeout=TIMEOUT)
    for file, result in zip(files, response.results, strict=True):
        assert np.array_equal(array(result), prepare(file, Preprocessing("ink", 1, 28, 28)))


def test_a_returned_input_gets_the_same_prediction(stub: rpc.ClassifierStub, samples: dict[Path, str]) -> None:
    images = [pb.Image(encoded=file.read_bytes()) for file in samples]
    first = stub.Classify(pb.ClassifyRequest(images=images, return_input=True), timeout=TIMEOUT)
    again = [pb.Image(pixels=each.input) for each in first.results]
    second = stub.Classify(pb.ClassifyRequest(images=again), timeout=TIMEOUT)
    assert [each.prediction for each in second.results] == [each.prediction for each in first.results]


def test_beside_a_picture_that_cannot_be_read(stub: rpc.ClassifierStub, digits: NDArray[np.uint8]) -> None:
    files = [
        cv2.imencode(".png", digits[0, 0])[1].tobytes(),
        b"no picture",
        cv2.imencode(".png", digits[1, 0])[1].tobytes(),
    ]
    images = [pb.Image(encoded=file) for file in files]
    results = stub.Classify(pb.ClassifyRequest(images=images, return_input=True), timeout=TIMEOUT).results
    assert [each.WhichOneof("outcome") for each in results] == ["prediction", "error", "prediction"]
    assert not results[1].HasField("input")
    assert np.array_equal(array(results[0]), digits[0])
    assert np.array_equal(array(results[2]), digits[1])


@pytest.mark.parametrize("images", [1, 3])
def test_it_is_left_out_by_default(stub: rpc.ClassifierStub, digits: NDArray[np.uint8], images: int) -> None:
    pixels = [pb.Image(pixels=pb.Pixels(shape=each.shape, data=each.tobytes())) for each in digits[:images]]
    asked, unasked = (
        stub.Classify(pb.ClassifyRequest(images=pixels, return_input=wanted), timeout=TIMEOUT)
        for wanted in (True, False)
    )
    assert all(each.HasField("input") for each in asked.results)
    assert not any(each.HasField("input") for each in unasked.results)
    assert [each.prediction for each in asked.results] == [each.prediction for each in unasked.results]


def test_in_a_stream_each_request_has_its_own_return_input(stub: rpc.ClassifierStub, digits: NDArray[np.uint8]) -> None:
    requests = [
        pb.ClassifyRequest(
            id=str(number),
            images=[pb.Image(pixels=pb.Pixels(shape=digit.shape, data=digit.tobytes()))],
            return_input=number % 2 == 0,
        )
        for number, digit in enumerate(digits[:10])
    ]
    for response in stub.ClassifyStream(iter(requests), timeout=TIMEOUT):
        assert response.results[0].HasField("input") == (int(response.id) % 2 == 0)
        if response.results[0].HasField("input"):
            assert np.array_equal(array(response.results[0]), digits[int(response.id)])
