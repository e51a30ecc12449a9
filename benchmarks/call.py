"""The call that is measured: ModelInfer of the Open Inference Protocol with raw uint8 pixels, as bytes on the wire."""

import grpc
import numpy as np

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc

PATH = "/inference.GRPCInferenceService/ModelInfer"
SHAPE = (1, 28, 28)


def request(images: int, model: str = "lenet", seed: int = 0) -> pb.ModelInferRequest:
    """Return a request with `images` random images of the bundled model's shape."""
    pixels = np.random.default_rng(seed).integers(0, 256, (images, *SHAPE), dtype=np.uint8)
    message = pb.ModelInferRequest(model_name=model, raw_input_contents=[pixels.tobytes()])
    message.inputs.add(name="image", datatype="UINT8", shape=pixels.shape)
    return message


def framed(message: pb.ModelInferRequest) -> bytes:
    """Return the message with gRPC's frame: not compressed (0), four bytes of length, the message."""
    body = message.SerializeToString()
    return b"\0" + len(body).to_bytes(4, "big") + body


def response_bytes(address: str, message: pb.ModelInferRequest) -> int:
    """Call the server at HOST:PORT and return the length of its response in bytes, frame included.

    Raises grpc.RpcError if the server refuses the request.
    """
    with grpc.insecure_channel(address) as channel:
        response = rpc.GRPCInferenceServiceStub(channel).ModelInfer(message, timeout=30, wait_for_ready=True)
    return 5 + response.ByteSize()
