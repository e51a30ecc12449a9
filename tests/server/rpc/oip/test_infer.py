"""ModelInfer over a real channel: forms of input, versions, outputs, parameters."""

import re

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_server.batching.job import Outputs
from tests.support.server.oip_requests import Requested, Tensor, arrays, pictures, raw, strings, typed, whole

TIMEOUT = 10.0


def png(array: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", array[0])[1].tobytes()


def agrees(response: pb.ModelInferResponse, expected: Outputs, images: int) -> None:
    found = arrays(response)
    np.testing.assert_allclose(found["probabilities"], expected.probabilities[:images], atol=1e-5)
    np.testing.assert_allclose(found["logits"], expected.logits[:images], atol=1e-4)


@pytest.mark.parametrize("images", [1, 2, 64])
def test_raw_contents_get_the_models_own_answer(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs, images: int
) -> None:
    response = inference.ModelInfer(raw(digits[:images], id="a"), timeout=TIMEOUT)
    assert (response.model_name, response.model_version, response.id) == ("lenet", "1", "a")
    assert [each.name for each in response.outputs] == ["probabilities", "logits"]
    agrees(response, expected, images)


def test_more_images_than_a_batch_holds_come_back_in_one_answer(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs
) -> None:
    found = arrays(inference.ModelInfer(raw(np.concatenate([digits] * 5)), timeout=TIMEOUT))
    np.testing.assert_allclose(found["probabilities"], np.concatenate([expected.probabilities] * 5), atol=1e-5)


def test_typed_contents_get_the_same_answer(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs
) -> None:
    agrees(inference.ModelInfer(typed(digits[:3]), timeout=TIMEOUT), expected, 3)


def test_picture_files_get_the_same_answer(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs
) -> None:
    files = [png(each) for each in digits[:5]]
    agrees(inference.ModelInfer(pictures(files), timeout=TIMEOUT), expected, 5)
    contents = pb.InferTensorContents(bytes_contents=files)
    as_typed = pb.ModelInferRequest(
        model_name="lenet", inputs=[Tensor(name="image", datatype="BYTES", shape=[5], contents=contents)]
    )
    agrees(inference.ModelInfer(as_typed, timeout=TIMEOUT), expected, 5)


@pytest.mark.parametrize("version", ["", "1"])
def test_a_version_may_be_named(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], version: str
) -> None:
    assert inference.ModelInfer(raw(digits[:1], model_version=version), timeout=TIMEOUT).model_version == "1"


def test_only_the_requested_outputs_come_in_their_order(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8]
) -> None:
    for names in (["logits"], ["logits", "probabilities"]):
        request = raw(digits[:2], outputs=[Requested(name=name) for name in names])
        response = inference.ModelInfer(request, timeout=TIMEOUT)
        assert [each.name for each in response.outputs] == names
        assert [len(each) for each in response.raw_output_contents] == [80] * len(names)


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (3, 3), (10, 10), (11, 10), (2**62, 10)])
def test_classification_gives_the_best_labels(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs, asked: int, given: int
) -> None:
    wanted = [Requested(name="probabilities", parameters={"classification": whole(asked)}), Requested(name="logits")]
    response = inference.ModelInfer(raw(digits[:4], outputs=wanted), timeout=TIMEOUT)
    assert (response.outputs[0].datatype, list(response.outputs[0].shape)) == ("BYTES", [4, given])
    assert response.outputs[1].datatype == "FP32"
    found = strings(response.raw_output_contents[0])
    assert all(re.fullmatch(r"[01]\.\d{6}:(\d):\1", each) for each in found)  # the digits' labels are their indices
    indices = np.array([int(each.split(":")[1]) for each in found]).reshape(4, given)
    values = np.array([float(each.split(":")[0]) for each in found]).reshape(4, given)
    best = np.argsort(-expected.probabilities[:4], axis=1)[:, :given]
    np.testing.assert_allclose(values, np.take_along_axis(expected.probabilities[:4], best, axis=1), atol=1e-5)
    np.testing.assert_array_equal(indices[:, 0], best[:, 0])


def test_unknown_parameters_are_ignored(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs
) -> None:
    request = raw(digits[:1], parameters={"mood": pb.InferParameter(string_param="good"), "timeout": whole(0)})
    agrees(inference.ModelInfer(request, timeout=TIMEOUT), expected, 1)
