"""Wrong requests: each gets a status and a message that names the fault and the remedy."""

import resource
from dataclasses import replace
from typing import Any

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.support.server.oip_requests import Requested, Tensor, pictures, raw, whole

TIMEOUT = 10.0
IMAGES = np.zeros((2, 1, 28, 28), np.uint8)
SHARED = {"shared_memory_region": pb.InferParameter(string_param="a")}


def request(
    *contents: bytes, typed: pb.InferTensorContents | None = None, model: str = "lenet", **fields: Any
) -> pb.ModelInferRequest:
    """A request with one input, right but for what is given."""
    tensor = {"name": "image", "datatype": "UINT8", "shape": IMAGES.shape, **fields}
    inputs = [Tensor(contents=typed, **tensor)]
    return pb.ModelInferRequest(model_name=model, inputs=inputs, raw_input_contents=contents)


def output(name: str, parameter: pb.InferParameter) -> pb.ModelInferRequest:
    return raw(IMAGES, outputs=[Requested(name=name, parameters={"classification": parameter})])


DATA = IMAGES.tobytes()
FLOATS = pb.InferTensorContents(fp32_contents=[0.0])
NUMBERS = pb.InferTensorContents(uint_contents=[0] * 783)
FILES = pictures([b"no picture"] * 2)
WRONG = {
    "unknown model": (request(DATA, model="vgg"), "no model 'vgg': this server has lenet"),
    "unknown version": (raw(IMAGES, model_version="7"), "no version 7 of model 'lenet': this server has 1"),
    "version 0": (raw(IMAGES, model_version="0"), "versions are whole numbers from 1"),
    "version in words": (raw(IMAGES, model_version="one"), "no version 'one'"),
    "version beyond count": (raw(IMAGES, model_version="9" * 5000), "no version '999"),
    "no input": (pb.ModelInferRequest(model_name="lenet"), "0 inputs: the model takes one, `image`"),
    "two inputs": (
        pb.ModelInferRequest(inputs=[Tensor(name="image"), Tensor(name="mask")]),
        "2 inputs: the model takes one, `image`",
    ),
    "wrong name": (request(DATA, name="pixels"), "no input 'pixels': the model takes one, `image`"),
    "wrong datatype": (request(DATA, datatype="FP32"), "datatype 'FP32': send UINT8, or BYTES"),
    "no datatype": (request(DATA, datatype=""), "datatype '': send UINT8"),
    "too few dimensions": (request(DATA, shape=[28, 28]), r"2 dimensions: as UINT8 it takes [n, C, H, W]"),
    "a million dimensions": (request(DATA, shape=[1] * 10**6), "1000000 dimensions"),
    "pictures in two dimensions": (request(DATA, datatype="BYTES", shape=[1, 1]), "as BYTES it takes [n]"),
    "wrong size": (request(DATA, shape=[2, 1, 28, 29]), "[2, 1, 28, 29]: the model takes [n, 1, 28, 28]"),
    "negative size": (request(DATA, shape=[-2, 1, 28, 28]), "[-2, 1, 28, 28]: give the sizes"),
    "two negative sizes": (request(DATA, shape=[2, 1, -28, -28]), "[2, 1, -28, -28]: give the sizes"),
    "more claimed than sent": (request(DATA, shape=[3, 1, 28, 28]), "1568 bytes: its shape [3, 1, 28, 28] needs 2352"),
    "less claimed than sent": (request(DATA, shape=[1, 1, 28, 28]), "1568 bytes: its shape [1, 1, 28, 28] needs 784"),
    "a million images": (request(DATA, shape=[10**6, 1, 28, 28]), "1000000 images: send 4096 at most"),
    "beyond 64 bits": (request(DATA, shape=[2**62] * 4), f"{2**62} images"),
    "a size that overflows to the right one": (request(DATA, shape=[2, 2**62 + 1, 28, 28]), "the model takes"),
    "zero images": (request(b"", shape=[0, 1, 28, 28]), "the request has no image"),
    "zero pictures": (pictures([]), "the request has no image"),
    "no contents": (request(), "raw_input_contents has 0 entries"),
    "empty contents": (request(typed=pb.InferTensorContents()), "0 bytes: its shape [2, 1, 28, 28] needs 1568"),
    "two raw contents": (request(DATA, DATA), "raw_input_contents has 2 entries for the one input"),
    "both contents": (request(DATA, typed=NUMBERS), "contents beside raw_input_contents"),
    "wrong typed field": (request(typed=FLOATS), "has fp32_contents: UINT8 goes into uint_contents"),
    "too few typed numbers": (request(typed=NUMBERS), "783 bytes: its shape [2, 1, 28, 28] needs 1568"),
    "too large numbers": (request(typed=pb.InferTensorContents(uint_contents=[256])), "above 255: UINT8 is 0 to 255"),
    "no picture": (FILES, "image 0 cannot be read: "),
    "fewer pictures than claimed": (request(b"\1\0\0\0x", datatype="BYTES", shape=[2]), "[2], its contents are 1"),
    "half a length": (request(b"\1\0\0", datatype="BYTES", shape=[1]), "element 0 of input `image` is longer"),
    "a picture cut off": (request(b"\1\0\0\0x\2\0\0\0x", datatype="BYTES", shape=[2]), "element 1 of input `image`"),
    "4 GiB promised": (request(b"\xff\xff\xff\xffx", datatype="BYTES", shape=[1]), "element 0 of input `image`"),
    "input in shared memory": (request(parameters=SHARED), "in shared memory: this server takes it in the message"),
    "output into shared memory": (
        raw(IMAGES, outputs=[Requested(name="logits", parameters=SHARED)]),
        "shared memory: this server sends outputs in messages",
    ),
    "unknown output": (raw(IMAGES, outputs=[Requested(name="mask")]), "no output 'mask': the model has probabilities"),
    "output twice": (raw(IMAGES, outputs=[Requested(name="logits")] * 2), "output `logits` is requested twice"),
    "no label": (output("logits", whole(0)), "`classification` of output `logits` is 0: ask for 1 label or more"),
    "fewer than no label": (output("logits", whole(-1)), "is -1: ask for 1 label or more"),
    "labels in words": (output("logits", pb.InferParameter(string_param="3")), "must be a whole number"),
    "timeout before now": (raw(IMAGES, parameters={"timeout": whole(-1)}), "`timeout` is -1: give microseconds"),
    "no such priority": (raw(IMAGES, parameters={"priority": whole(10)}), "priority is 10: 1, the most urgent, to 9"),
    "timeout in words": (raw(IMAGES, parameters={"timeout": pb.InferParameter()}), "must be a whole number"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_request_gets_a_message_that_names_the_fault(
    inference: rpc.GRPCInferenceServiceStub, wrong: str
) -> None:
    request_, message = WRONG[wrong]
    about_models = wrong.partition(" ")[0] in ("unknown", "version") and "output" not in wrong
    code = grpc.StatusCode.NOT_FOUND if about_models else grpc.StatusCode.INVALID_ARGUMENT
    for _ in range(2):  # the second may match a template
        with pytest.raises(grpc.RpcError) as caught:
            inference.ModelInfer(request_, timeout=TIMEOUT)
        assert caught.value.code() is code
        assert message in (caught.value.details() or "")


def test_a_request_with_too_many_images_for_a_setting_is_refused_each_time(
    settings: Settings, digits: NDArray[np.uint8]
) -> None:
    with (
        App(replace(settings, max_images_per_request=4), CollectorRegistry()) as app,
        grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel,
    ):
        inference = rpc.GRPCInferenceServiceStub(channel)
        for _ in range(2):
            with pytest.raises(grpc.RpcError, match="the request has 5 images: send 4 at most"):
                inference.ModelInfer(raw(digits[:5]), timeout=TIMEOUT)
            assert inference.ModelInfer(raw(digits[:4]), timeout=TIMEOUT).outputs[0].shape == [4, 10]


def test_one_unreadable_picture_is_named_by_its_position(
    inference: rpc.GRPCInferenceServiceStub, samples: dict[Any, str]
) -> None:
    files = [file.read_bytes() for file in list(samples)[:3]]
    with pytest.raises(grpc.RpcError) as caught:
        inference.ModelInfer(pictures([*files, b"GIF89a", *files]), timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "image 3 cannot be read" in (caught.value.details() or "")


def test_a_long_name_is_quoted_in_part(inference: rpc.GRPCInferenceServiceStub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        inference.ModelInfer(request(DATA, name="ä" * 10**6), timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert len(caught.value.details() or "") < 1100


def test_what_is_claimed_is_not_allocated(inference: rpc.GRPCInferenceServiceStub) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    claims = [request(DATA, shape=[n, *size]) for n in (10**6, 2**40, 2**62) for size in ([1, 28, 28], [2**31] * 3)]
    for each in [*claims, pictures([b"x"] * 10**6)]:
        with pytest.raises(grpc.RpcError) as caught:
            inference.ModelInfer(each, timeout=TIMEOUT)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 2**10  # KiB


def test_a_timeout_of_its_own_ends_a_request_that_waits(inference: rpc.GRPCInferenceServiceStub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        inference.ModelInfer(raw(IMAGES, parameters={"timeout": whole(1)}), timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
