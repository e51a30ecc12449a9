"""Fixtures of the inference protocol's tests: its stub, and the model's own outputs."""

import grpc
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_server.batching.job import Outputs
from tests.conftest import ROOT


@pytest.fixture
def inference(channel: grpc.Channel) -> "rpc.GRPCInferenceServiceStub":
    """The protocol's own stub, connected to the running server."""
    return rpc.GRPCInferenceServiceStub(channel)


@pytest.fixture(scope="session")
def expected(digits: NDArray[np.uint8]) -> Outputs:
    """The model's outputs for the digits, computed without a server: two arrays [64, 10]."""
    session = onnxruntime.InferenceSession(ROOT / "models/lenet/1/model.onnx")
    return Outputs(*session.run(["probabilities", "logits"], {"image": digits}))
