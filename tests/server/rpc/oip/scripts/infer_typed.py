"""Typed contents, and raw ones, by the stub that tritonclient brings; its client sends raw contents only."""

import grpc
import numpy as np
from tritonclient.grpc import service_pb2 as pb
from tritonclient.grpc import service_pb2_grpc as rpc

from tests.server.rpc.oip.scripts.data import ADDRESS, DIGITS, FOLDER, LOGITS, PROBABILITIES, TIMEOUT

COUNT = 8
IMAGES = DIGITS[:COUNT]
FILES = [(FOLDER / f"{index}.png").read_bytes() for index in range(COUNT)]
Tensor = pb.ModelInferRequest.InferInputTensor
Contents = pb.InferTensorContents

INPUTS = {
    "typed array": [Tensor(contents=Contents(uint_contents=IMAGES.flatten().tolist()), datatype="UINT8")],
    "typed files": [Tensor(contents=Contents(bytes_contents=FILES), datatype="BYTES")],
    "raw array": [Tensor(datatype="UINT8")],
}
with grpc.insecure_channel(ADDRESS) as channel:
    stub = rpc.GRPCInferenceServiceStub(channel)
    for request_id, inputs in INPUTS.items():
        (tensor,) = inputs
        tensor.name = "image"
        tensor.shape.extend([COUNT] if tensor.datatype == "BYTES" else IMAGES.shape)
        raw = [] if tensor.HasField("contents") else [IMAGES.tobytes()]
        request = pb.ModelInferRequest(model_name="lenet", id=request_id, inputs=inputs, raw_input_contents=raw)
        response = stub.ModelInfer(request, timeout=TIMEOUT)
        assert (response.id, response.model_version) == (request_id, "1")
        assert [(each.name, list(each.shape)) for each in response.outputs] == [
            ("probabilities", [COUNT, 10]),
            ("logits", [COUNT, 10]),
        ]
        found = [np.frombuffer(each, np.float32).reshape(COUNT, 10) for each in response.raw_output_contents]
        np.testing.assert_allclose(found[0], PROBABILITIES[:COUNT], atol=1e-5)
        np.testing.assert_allclose(found[1], LOGITS[:COUNT], atol=1e-4)
