"""What the server refuses reaches the client as an exception with its status."""

from collections.abc import Callable
from typing import Any

import numpy as np
from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from tests.server.rpc.oip.scripts.data import ADDRESS, DIGITS


def refused(call: Callable[[], object], status: str, message: str) -> None:
    error = raised(call)
    assert error.status() == f"StatusCode.{status}", error
    assert message in error.message(), error


def raised(call: Callable[[], object]) -> Any:
    try:
        call()
    except InferenceServerException as error:
        return error
    raise AssertionError("this was answered")


right = InferInput("image", DIGITS.shape, "UINT8").set_data_from_numpy(DIGITS)
floats = InferInput("image", DIGITS.shape, "FP32").set_data_from_numpy(DIGITS.astype(np.float32))
shared = InferInput("image", DIGITS.shape, "UINT8").set_shared_memory("region", DIGITS.size)
pictures = InferInput("image", [2], "BYTES").set_data_from_numpy(np.array([b"GIF89a", b"x"], np.object_))
mask = [InferRequestedOutput("mask")]
with InferenceServerClient(ADDRESS) as client:
    refused(lambda: client.infer("vgg", [right]), "NOT_FOUND", "no model 'vgg'")
    refused(lambda: client.infer("lenet", [right], "2"), "NOT_FOUND", "no version 2")
    refused(lambda: client.infer("lenet", [floats]), "INVALID_ARGUMENT", "datatype 'FP32'")
    refused(lambda: client.infer("lenet", [right, floats]), "INVALID_ARGUMENT", "2 inputs")
    refused(lambda: client.infer("lenet", [shared]), "INVALID_ARGUMENT", "shared memory")
    refused(lambda: client.infer("lenet", [pictures]), "INVALID_ARGUMENT", "image 0 cannot be read")
    refused(lambda: client.infer("lenet", [right], outputs=mask), "INVALID_ARGUMENT", "no output 'mask'")
    refused(lambda: client.infer("lenet", [right], timeout=1), "DEADLINE_EXCEEDED", "deadline passed")
    refused(lambda: client.get_model_metadata("vgg"), "NOT_FOUND", "no model 'vgg'")
    refused(lambda: client.get_model_config("lenet", "2"), "NOT_FOUND", "no version 2")
    refused(lambda: client.get_inference_statistics("vgg"), "NOT_FOUND", "no model 'vgg'")
    refused(lambda: client.load_model("lenet"), "UNIMPLEMENTED", "--model-control explicit")
    refused(lambda: client.unload_model("lenet"), "UNIMPLEMENTED", "--model-control explicit")
    refused(lambda: client.get_system_shared_memory_status(), "UNIMPLEMENTED", "")
    refused(lambda: client.get_trace_settings(), "UNIMPLEMENTED", "")
