"""ModelInfer requests for tests, and the arrays in the responses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2 as pb

Tensor = pb.ModelInferRequest.InferInputTensor
Requested = pb.ModelInferRequest.InferRequestedOutputTensor


def raw(images: NDArray[np.uint8], **fields: Any) -> pb.ModelInferRequest:
    """Return a request with images [n, C, H, W] as raw contents."""
    return pb.ModelInferRequest(
        model_name="lenet",
        inputs=[Tensor(name="image", datatype="UINT8", shape=images.shape)],
        raw_input_contents=[images.tobytes()],
        **fields,
    )


def typed(images: NDArray[np.uint8]) -> pb.ModelInferRequest:
    """Return a request with images [n, C, H, W] as typed contents."""
    contents = pb.InferTensorContents(uint_contents=images.flatten().tolist())
    return pb.ModelInferRequest(
        model_name="lenet", inputs=[Tensor(name="image", datatype="UINT8", shape=images.shape, contents=contents)]
    )


def pictures(files: list[bytes]) -> pb.ModelInferRequest:
    """Return a request with picture files as raw contents."""
    return pb.ModelInferRequest(
        model_name="lenet",
        inputs=[Tensor(name="image", datatype="BYTES", shape=[len(files)])],
        raw_input_contents=[b"".join(len(file).to_bytes(4, "little") + file for file in files)],
    )


def whole(value: int) -> pb.InferParameter:
    """Return an integer parameter."""
    return pb.InferParameter(int64_param=value)


def arrays(response: pb.ModelInferResponse) -> dict[str, NDArray[np.float32]]:
    """Return the FP32 outputs of a response by name."""
    return {
        each.name: np.frombuffer(data, np.float32).reshape(each.shape)
        for each, data in zip(response.outputs, response.raw_output_contents, strict=True)
        if each.datatype == "FP32"
    }


def strings(data: bytes) -> list[str]:
    """Return the elements of raw BYTES contents."""
    found = []
    while data:
        size = int.from_bytes(data[:4], "little")
        found.append(data[4 : 4 + size].decode())
        data = data[4 + size :]
    return found
