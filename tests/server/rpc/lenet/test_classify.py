"""Classify over a real channel: predictions, errors of single images, statuses."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import grpc
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from tests.conftest import ROOT

MODEL = ROOT / "models/lenet/1/model.onnx"
TIMEOUT = 10.0


def pixels(array: NDArray[np.uint8]) -> pb.Image:
    return pb.Image(pixels=pb.Pixels(shape=array.shape, data=array.tobytes()))


def png(array: NDArray[np.uint8]) -> pb.Image:
    return pb.Image(encoded=cv2.imencode(".png", array[0])[1].tobytes())


def best(result: pb.Result) -> str:
    assert result.HasField("prediction"), result
    return result.prediction.top[0].label


@pytest.fixture(scope="module")
def expected(digits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The model's probabilities for the digits, computed without a server: [64, 10]."""
    session = onnxruntime.InferenceSession(MODEL)
    probabilities: NDArray[np.float32] = session.run(["probabilities"], {"image": digits})[0]
    return probabilities


def test_pixels_get_the_models_own_answer(
    stub: rpc.ClassifierStub, digits: NDArray[np.uint8], expected: NDArray[np.float32]
) -> None:
    response = stub.Classify(
        pb.ClassifyRequest(id="a", images=[pixels(each) for each in digits], top_k=10), timeout=TIMEOUT
    )
    assert (response.id, response.model, response.version) == ("a", "lenet", 1)
    for result, probabilities in zip(response.results, expected, strict=True):
        top = result.prediction.top
        assert [int(each.label) for each in top] == list(np.argsort(-probabilities, kind="stable"))
        np.testing.assert_allclose([each.score for each in top], np.sort(probabilities)[::-1], atol=1e-6)


def test_an_encoded_image_of_the_models_size_is_not_changed(
    stub: rpc.ClassifierStub, digits: NDArray[np.uint8]
) -> None:
    as_pixels = stub.Classify(pb.ClassifyRequest(images=[pixels(digits[0])], top_k=10), timeout=TIMEOUT)
    as_png = stub.Classify(pb.ClassifyRequest(images=[png(digits[0])], top_k=10), timeout=TIMEOUT)
    assert as_png.results == as_pixels.results


def test_samples_are_recognised(stub: rpc.ClassifierStub, samples: dict[Path, str]) -> None:
    request = pb.ClassifyRequest(images=[pb.Image(encoded=file.read_bytes()) for file in samples])
    results = stub.Classify(request, timeout=TIMEOUT).results
    right = sum(best(result) == label for result, label in zip(results, samples.values(), strict=True))
    assert right >= 27


@pytest.mark.parametrize(("top_k", "labels"), [(0, 3), (1, 1), (10, 10)])
def test_top_k_says_how_many_labels(
    stub: rpc.ClassifierStub, digits: NDArray[np.uint8], top_k: int, labels: int
) -> None:
    response = stub.Classify(pb.ClassifyRequest(images=[pixels(digits[0])], top_k=top_k), timeout=TIMEOUT)
    scores = [each.score for each in response.results[0].prediction.top]
    assert len(scores) == labels
    assert scores == sorted(scores, reverse=True)


def test_one_bad_picture_among_300_has_an_error_of_its_own(
    stub: rpc.ClassifierStub, digits: NDArray[np.uint8], expected: NDArray[np.float32]
) -> None:
    images = [png(digits[index % 64]) for index in range(300)]
    images[17] = pb.Image(encoded=b"this is no picture")
    results = stub.Classify(pb.ClassifyRequest(images=images), timeout=TIMEOUT).results
    assert len(results) == 300
    assert [index for index, result in enumerate(results) if result.HasField("error")] == [17]
    assert results[17].error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert "not a picture" in results[17].error.message
    labels = [best(result) for index, result in enumerate(results) if index != 17]
    assert labels == [str(expected[index % 64].argmax()) for index in range(300) if index != 17]


def test_a_request_with_only_unreadable_images_is_answered(stub: rpc.ClassifierStub) -> None:
    response = stub.Classify(pb.ClassifyRequest(images=[pb.Image(encoded=b""), pb.Image()]), timeout=TIMEOUT)
    assert [result.WhichOneof("outcome") for result in response.results] == ["error", "error"]


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (pb.Image(pixels=pb.Pixels(shape=[28, 28], data=bytes(784))), r"\[28, 28\].*\[1, 28, 28\]"),
        (pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=bytes(783))), "783 bytes.*needs 784"),
        (pb.Image(pixels=pb.Pixels(shape=[-1, -28, 28], data=bytes(784))), r"\[-1, -28, 28\]"),
        (pb.Image(pixels=pb.Pixels()), r"shape is \[\]"),
    ],
)
def test_the_error_of_a_wrong_array_names_its_shape_or_size(
    stub: rpc.ClassifierStub, image: pb.Image, message: str
) -> None:
    result = stub.Classify(pb.ClassifyRequest(images=[image]), timeout=TIMEOUT).results[0]
    assert result.error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert re.search(message, result.error.message)


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (pb.ClassifyRequest(), "INVALID_ARGUMENT", "no image"),
        (pb.ClassifyRequest(images=[pb.Image()] * 4097), "INVALID_ARGUMENT", "4097 images: send 4096 at most"),
        (pb.ClassifyRequest(images=[pb.Image(encoded=b"x")], top_k=-1), "INVALID_ARGUMENT", "top_k is -1: 1 to 10"),
        (pb.ClassifyRequest(images=[pb.Image(encoded=b"x")], top_k=11), "INVALID_ARGUMENT", "top_k is 11: 1 to 10"),
        (pb.ClassifyRequest(images=[pb.Image(encoded=b"x")], model="vgg"), "NOT_FOUND", "no model 'vgg'.*lenet"),
        (pb.ClassifyRequest(images=[pb.Image(encoded=b"x")], version=7), "NOT_FOUND", "no version 7.*1"),
    ],
)
def test_a_request_that_is_wrong_as_a_whole_gets_a_status(
    stub: rpc.ClassifierStub, request_: pb.ClassifyRequest, code: str, message: str
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.Classify(request_, timeout=TIMEOUT)
    assert caught.value.code().name == code
    assert re.search(message, caught.value.details() or "")


def test_concurrent_callers_get_their_own_answers(
    stub: rpc.ClassifierStub, digits: NDArray[np.uint8], expected: NDArray[np.float32]
) -> None:
    def ask(index: int) -> None:
        response = stub.Classify(
            pb.ClassifyRequest(id=str(index), images=[pixels(digits[index % 64])], top_k=10), timeout=TIMEOUT
        )
        assert response.id == str(index)
        scores = {each.label: each.score for each in response.results[0].prediction.top}
        np.testing.assert_allclose([scores[str(label)] for label in range(10)], expected[index % 64], atol=1e-5)

    with ThreadPoolExecutor(32) as threads:
        list(threads.map(ask, range(512)))


def test_a_message_above_the_limit_is_refused_with_the_limit(stub: rpc.ClassifierStub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.Classify(pb.ClassifyRequest(images=[pb.Image(encoded=bytes(65 * 2**20))]), timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(64 * 2**20) in (caught.value.details() or "")
