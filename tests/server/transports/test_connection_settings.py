"""Settings of limits, batches and addresses: each has its effect on a running server."""

from dataclasses import replace
from typing import Any

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_imaging import encode_png
from lenet_server.app import App
from lenet_server.settings import Settings

TIMEOUT = 10.0


def classify(
    settings: Settings, images: list[pb.Image], timeout: float = TIMEOUT, **changed: Any
) -> tuple[pb.ClassifyResponse, float]:
    """The response of a server with some settings changed, and the number of times that its model ran."""
    registry = CollectorRegistry()
    host = "[::1]" if changed.get("host") == "::1" else "127.0.0.1"
    with (
        App(replace(settings, **changed), registry) as app,
        grpc.insecure_channel(f"{host}:{app.grpc_port}") as channel,
    ):
        response = rpc.ClassifierStub(channel).Classify(pb.ClassifyRequest(images=images), timeout=timeout)
        runs = registry.get_sample_value("lenet_batch_size_count", {"model": "lenet", "version": "1"})
    return response, runs or 0.0


@pytest.fixture
def picture(digits: NDArray[np.uint8]) -> pb.Image:
    """An encoded picture of a digit."""
    return pb.Image(encoded=encode_png(digits[0]))


@pytest.mark.parametrize(
    ("changed", "reason"), [({"max_image_bytes": 50}, "max_image_bytes|50"), ({"max_image_pixels": 783}, "28×28")]
)
def test_picture_limits(settings: Settings, picture: pb.Image, changed: dict[str, int], reason: str) -> None:
    (result,) = classify(settings, [picture], **changed)[0].results
    assert any(part in result.error.message for part in reason.split("|"))


def test_the_number_of_images_in_a_request(settings: Settings, picture: pb.Image) -> None:
    with pytest.raises(grpc.RpcError, match="send 2 at most") as refused:
        classify(settings, [picture] * 3, max_images_per_request=2)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_the_size_of_a_batch(settings: Settings, picture: pb.Image) -> None:
    response, runs = classify(settings, [picture] * 10, max_batch_size=4)
    assert (len(response.results), runs) == (10, 3)


def test_a_delay_holds_a_lone_call_back(settings: Settings, picture: pb.Image) -> None:
    with pytest.raises(grpc.RpcError) as late:
        classify(settings, [picture], timeout=0.2, max_queue_delay_ms=1000)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_an_ipv6_address(settings: Settings, picture: pb.Image) -> None:
    response, _ = classify(settings, [picture], host="::1")
    assert len(response.results) == 1
