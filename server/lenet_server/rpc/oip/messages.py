"""Converts between the inference protocol's ModelInfer messages and the plain values of the core. Knows no gRPC."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2 as pb
from lenet_server.batching.call_context import Caller
from lenet_server.batching.job import Outputs
from lenet_server.errors import InvalidRequest, ModelNotFound
from lenet_server.inference.call import Call, PendingCall
from lenet_server.inference.model import OUTPUTS, Model
from lenet_server.repository.model_options import LABEL
from lenet_server.repository.scan import VERSION
from lenet_server.rpc.oip.tensors import SHARED_MEMORY, images


class RequestedOutput(NamedTuple):
    """A requested output: its numbers, or its best labels."""

    name: str
    top_k: int = 0  # how many labels; 0 for the numbers


ALL_OUTPUTS = tuple(RequestedOutput(name) for name in OUTPUTS)


class Inference(NamedTuple):
    """A ModelInfer request: its call, its id and the requested outputs."""

    call: Call
    request_id: str
    requested: tuple[RequestedOutput, ...]

    def respond(self, pending: PendingCall) -> pb.ModelInferResponse:
        """The response, or the error that ended the call."""
        return from_outputs(self.request_id, self.requested, pending.model, pending.outputs())


def read(request: pb.ModelInferRequest, caller: Caller) -> tuple[Call, Callable[[PendingCall], pb.ModelInferResponse]]:
    """The call of a request, and a function that makes the response. Raises InvalidRequest or ModelNotFound."""
    inference = to_inference(request, caller)
    return inference.call, inference.respond


def to_inference(request: pb.ModelInferRequest, caller: Caller) -> Inference:
    """Convert a request. Raises InvalidRequest or ModelNotFound."""
    timeout = _whole_number(request.parameters, "timeout") or 0
    if timeout < 0:
        raise InvalidRequest(f"parameter `timeout` is {timeout}: give microseconds, or 0 for none")
    version, alias = version_or_alias(request.model_name, request.model_version)
    call = Call(
        images=images(request),
        caller=caller,
        model=request.model_name,
        version=version,
        alias=alias,
        priority=_whole_number(request.parameters, "priority") or 0,
        timeout_seconds=timeout / 1e6 if timeout else float("inf"),
        all_or_nothing=True,
        request_id=request.id,
    )
    return Inference(call, request.id, _requested(request.outputs))


def version_or_alias(model: str, version: str) -> tuple[int, str]:
    """The number, 0 for the newest, or the alias that a request's `model_version` is. Raises ModelNotFound."""
    if not version:
        return 0, ""
    if VERSION.fullmatch(version):
        return int(version), ""
    if LABEL.fullmatch(version):
        return 0, version
    raise ModelNotFound(f"no version {version!r} of model {model!r}: versions are whole numbers from 1, or labels")


def from_outputs(
    request_id: str, requested: Sequence[RequestedOutput], model: Model, outputs: Outputs
) -> pb.ModelInferResponse:
    """The response with the requested outputs, as raw contents."""
    response = pb.ModelInferResponse(model_name=model.name, model_version=str(model.version), id=request_id)
    for each in requested:
        values: NDArray[np.float32] = getattr(outputs, each.name)
        if each.top_k:
            top_k = min(each.top_k, len(model.labels))
            response.outputs.add(name=each.name, datatype="BYTES", shape=(len(values), top_k))
            response.raw_output_contents.append(_best(values, top_k, model.labels))
        else:
            response.outputs.add(name=each.name, datatype="FP32", shape=values.shape)
            response.raw_output_contents.append(values.tobytes())
    return response


def _best(values: NDArray[np.float32], top_k: int, labels: Sequence[str]) -> bytes:
    """The classification extension: `value:index:label` for the k best of values [n, K], each with its length first."""
    parts = []
    best = np.argsort(-values, axis=1, kind="stable")[:, :top_k]  # [n, k]
    for indices, row in zip(best.tolist(), np.take_along_axis(values, best, axis=1).tolist(), strict=True):
        for index, value in zip(indices, row, strict=True):
            text = f"{value:f}:{index}:{labels[index]}".encode()
            parts += [len(text).to_bytes(4, "little"), text]
    return b"".join(parts)


def _requested(outputs: Sequence[pb.ModelInferRequest.InferRequestedOutputTensor]) -> tuple[RequestedOutput, ...]:
    if not outputs:
        return ALL_OUTPUTS
    requested: dict[str, RequestedOutput] = {}
    for each in outputs:
        if each.name not in OUTPUTS:
            raise InvalidRequest(f"no output {each.name!r}: the model has {', '.join(OUTPUTS)}")
        if each.name in requested:
            raise InvalidRequest(f"output `{each.name}` is requested twice")
        if SHARED_MEMORY in each.parameters:
            raise InvalidRequest(
                f"output `{each.name}` is to go into shared memory: this server sends outputs in messages"
            )
        top_k = _whole_number(each.parameters, "classification")
        if top_k is not None and top_k < 1:
            raise InvalidRequest(f"`classification` of output `{each.name}` is {top_k}: ask for 1 label or more")
        requested[each.name] = RequestedOutput(each.name, top_k or 0)
    return tuple(requested.values())


def _whole_number(parameters: Mapping[str, pb.InferParameter], name: str) -> int | None:
    if name not in parameters:
        return None
    match parameters[name].WhichOneof("parameter_choice"):
        case "int64_param":
            return parameters[name].int64_param
        case "uint64_param":
            return parameters[name].uint64_param
        case _:
            raise InvalidRequest(f"parameter `{name}` must be a whole number: set its int64_param")
