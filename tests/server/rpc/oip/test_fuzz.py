"""Every request to the inference protocol, however wrong, gets a status, and the next client a right response."""

import grpc
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_server.batching.job import Outputs
from tests.support.server.fuzzing import UNDECODABLE, mutated, outcome_of
from tests.support.server.oip_requests import Requested, Tensor, arrays, raw

TIMEOUT = 20.0
fuzzed = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
SERVICE = pb.DESCRIPTOR.services_by_name["GRPCInferenceService"]
METHODS = [method.name for method in SERVICE.methods if not method.client_streaming]
WRONG = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNIMPLEMENTED}

int64 = st.integers(-(2**63), 2**63 - 1)
sizes = st.sampled_from([0, 1, 2, 28, -1, -28, 2**31, 2**32, 2**62, 2**63 - 1, -(2**63)]) | int64
shapes = st.sampled_from([[1, 1, 28, 28], [2, 1, 28, 28], [0, 1, 28, 28], [1], [0]]) | st.lists(sizes, max_size=6)
names = st.sampled_from(["image", "probabilities", "logits", ""]) | st.text(max_size=5)
datatypes = st.sampled_from(["UINT8", "BYTES", "FP32", "INT64", "BOOL", ""]) | st.text(max_size=5)
data = st.sampled_from([b"", bytes(784), bytes(1568), b"\4\0\0\0\x89PNG", b"\xff\xff\xff\xff"]) | st.binary(max_size=99)
parameters = st.dictionaries(
    st.sampled_from(["classification", "timeout", "priority", "shared_memory_region"]) | st.text(max_size=5),
    st.builds(pb.InferParameter, int64_param=int64) | st.builds(pb.InferParameter, string_param=st.text(max_size=3)),
    max_size=2,
)
contents = st.builds(
    pb.InferTensorContents,
    uint_contents=st.just([7] * 784) | st.lists(st.integers(0, 2**32 - 1), max_size=3),
    fp32_contents=st.just([]) | st.lists(st.floats(width=32), max_size=2),
    bytes_contents=st.just([]) | st.lists(st.binary(max_size=9), max_size=2),
)
tensors = st.builds(
    Tensor,
    name=st.just("image") | names,
    datatype=datatypes,
    shape=shapes,
    parameters=st.just({}) | parameters,
    contents=st.none() | contents,
)
outputs = st.builds(Requested, name=names, parameters=st.just({}) | parameters)
requests = st.builds(
    pb.ModelInferRequest,
    model_name=st.sampled_from(["lenet", ""]) | st.text(max_size=5),
    model_version=st.sampled_from(["", "1"]) | st.text(max_size=5),
    id=st.just("") | st.text(max_size=5),  # requests without an id may become templates
    parameters=st.just({}) | parameters,
    inputs=st.lists(tensors, min_size=1, max_size=1) | st.lists(tensors, max_size=3),
    outputs=st.just([]) | st.lists(outputs, max_size=3),
    raw_input_contents=st.lists(data, max_size=1) | st.lists(data, max_size=3),
)


RIGHT = raw(np.zeros((1, 1, 28, 28), np.uint8), id="a").SerializeToString()


def answers_rightly(inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs) -> None:
    found = arrays(inference.ModelInfer(raw(digits[:1]), timeout=TIMEOUT))
    np.testing.assert_allclose(found["probabilities"], expected.probabilities[:1], atol=1e-5)


@fuzzed
@given(request=requests)
def test_requests_of_any_content_get_a_status(
    inference: rpc.GRPCInferenceServiceStub, digits: NDArray[np.uint8], expected: Outputs, request: pb.ModelInferRequest
) -> None:
    for _ in range(2):  # the second may match a template
        outcome = outcome_of(lambda: inference.ModelInfer(request, timeout=TIMEOUT))
        if isinstance(outcome, pb.ModelInferResponse):
            assert outcome.id == request.id
            assert len(outcome.outputs) == len(outcome.raw_output_contents) == (len(request.outputs) or 2)
            assert {output.shape[0] for output in outcome.outputs} == {request.inputs[0].shape[0]}
        elif "timeout" not in request.parameters or outcome[0] is not grpc.StatusCode.DEADLINE_EXCEEDED:
            assert outcome[0] in WRONG
            assert outcome[1]
    answers_rightly(inference, digits, expected)


@settings(fuzzed, max_examples=100)
@given(messages=st.lists(requests, max_size=5))
def test_a_stream_of_them_answers_each(
    inference: rpc.GRPCInferenceServiceStub,
    digits: NDArray[np.uint8],
    expected: Outputs,
    messages: list[pb.ModelInferRequest],
) -> None:
    responses = list(inference.ModelStreamInfer(iter(messages), timeout=TIMEOUT))
    assert [each.infer_response.id for each in responses] == [each.id for each in messages]
    for each in responses:
        assert bool(each.error_message) != bool(each.infer_response.outputs)
        assert "INTERNAL" not in each.error_message
    answers_rightly(inference, digits, expected)


@fuzzed
@given(method=st.sampled_from(METHODS), message=mutated(RIGHT, 60) | st.binary(max_size=99))
def test_bytes_of_any_content_get_a_status(
    channel: grpc.Channel,
    inference: rpc.GRPCInferenceServiceStub,
    digits: NDArray[np.uint8],
    expected: Outputs,
    method: str,
    message: bytes,
) -> None:
    # Without serializers: requests and responses are bytes.
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/inference.GRPCInferenceService/{method}")
    outcome = outcome_of(lambda: call(message, timeout=TIMEOUT))
    assert isinstance(outcome, bytes) or outcome[0] in WRONG or outcome == UNDECODABLE
    answers_rightly(inference, digits, expected)


MILLION = 10**6
MILLIONS = {
    "claimed": pb.ModelInferRequest(
        inputs=[Tensor(name="image", datatype="UINT8", shape=[MILLION, 1, 28, 28])], raw_input_contents=[bytes(784)]
    ),
    "negative": pb.ModelInferRequest(
        inputs=[Tensor(name="image", datatype="UINT8", shape=[-MILLION, -1, 28, 28])], raw_input_contents=[bytes(784)]
    ),
    "raw": pb.ModelInferRequest(
        inputs=[Tensor(name="image", datatype="BYTES", shape=[MILLION])], raw_input_contents=[bytes(4 * MILLION)]
    ),
    "more than claimed": pb.ModelInferRequest(
        inputs=[Tensor(name="image", datatype="BYTES", shape=[3])], raw_input_contents=[bytes(4 * MILLION)]
    ),
    "beyond any limit": pb.ModelInferRequest(
        inputs=[Tensor(name="image", datatype="BYTES", shape=[2**60])], raw_input_contents=[bytes(4 * MILLION)]
    ),
    "typed": pb.ModelInferRequest(
        inputs=[
            Tensor(
                name="image",
                datatype="BYTES",
                shape=[MILLION],
                contents=pb.InferTensorContents(bytes_contents=[b""] * MILLION),
            )
        ]
    ),
    "typed beyond the claim": pb.ModelInferRequest(
        inputs=[
            Tensor(
                name="image",
                datatype="UINT8",
                shape=[1, 1, 28, 28],
                contents=pb.InferTensorContents(uint_contents=[7] * MILLION),
            )
        ]
    ),
    "inputs": pb.ModelInferRequest(inputs=[Tensor()] * MILLION),
    "outputs": pb.ModelInferRequest(outputs=[Requested()] * MILLION),
    "contents": pb.ModelInferRequest(raw_input_contents=[b""] * MILLION),
    "dimensions": pb.ModelInferRequest(inputs=[Tensor(name="image", datatype="UINT8", shape=[1] * MILLION)]),
}


@pytest.mark.parametrize("request_", MILLIONS.values(), ids=MILLIONS)
def test_a_million_of_anything_is_refused(
    inference: rpc.GRPCInferenceServiceStub,
    digits: NDArray[np.uint8],
    expected: Outputs,
    request_: pb.ModelInferRequest,
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        inference.ModelInfer(request_, timeout=TIMEOUT)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details()
    answers_rightly(inference, digits, expected)
