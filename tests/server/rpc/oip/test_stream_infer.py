"""ModelStreamInfer: many requests over one call, answered in their order."""

import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_server.batching.job import Outputs
from tests.support.server.oip_requests import arrays, raw

TIMEOUT = 20.0


def test_responses_come_in_order_although_errors_are_known_at_once(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs
) -> None:
    def requests() -> Iterator[pb.ModelInferRequest]:
        for index in range(1000):
            version = "7" if index % 10 == 3 else ""
            yield raw(digits[index % 64][None], id=str(index), model_version=version)

    responses = list(inference.ModelStreamInfer(requests(), timeout=TIMEOUT))
    assert [int(each.infer_response.id) for each in responses] == list(range(1000))
    for index, each in enumerate(responses):
        if index % 10 == 3:
            assert each.error_message == "NOT_FOUND: no version 7 of model 'lenet': this server has 1"
        else:
            assert not each.error_message
            found = arrays(each.infer_response)["probabilities"]
            np.testing.assert_allclose(found[0], expected.probabilities[index % 64], atol=1e-5)


def test_an_answer_comes_while_the_stream_is_open(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8]
) -> None:
    more = threading.Event()

    def requests() -> Iterator[pb.ModelInferRequest]:
        yield raw(digits[:1], id="0")
        assert more.wait(TIMEOUT)
        yield raw(digits[1:2], id="1")

    responses = inference.ModelStreamInfer(requests(), timeout=TIMEOUT)
    assert next(responses).infer_response.id == "0"
    more.set()
    assert [each.infer_response.id for each in responses] == ["1"]
