"""The two protocols of the callers: build a request message, and read a response message."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
from numpy.typing import NDArray

from benchmarks.soak.expected import Outputs, Pictures
from lenet.inference import grpc_service_pb2 as inference
from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2 as v1
from lenet.v1 import classifier_pb2_grpc as v1_rpc

LABELS = 10
NO_LOGITS = np.zeros((0, LABELS), np.float32)


@dataclass(frozen=True)
class RequestSpec:
    """The pictures of a request, and whether they are sent as files."""

    id: str
    model: str
    chosen: NDArray[np.intp]
    encoded: bool


@dataclass(frozen=True)
class Response:
    """A response without its protocol; `version` is 0 where the protocol does not return it."""

    id: str
    model: str
    version: int
    outputs: Outputs


class RequestFailed(Exception):
    """A response carries an error; `code` is the name of its gRPC status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class WireProtocol:
    """A protocol: the unary and the streaming method of a channel, and how messages are written and read."""

    unary: Callable[[grpc.aio.Channel], Any]
    stream: Callable[[grpc.aio.Channel], Any]
    write: Callable[[RequestSpec, Pictures], Any]
    read: Callable[[Any], Response]


def scores(pairs: Iterable[Iterable[tuple[str, float]]]) -> NDArray[np.float32]:
    """Return labels and scores of n pictures as probabilities [n, K]; labels are the indices of the model's outputs."""
    rows = [dict(each) for each in pairs]
    return np.array([[row.get(str(label), np.nan) for label in range(LABELS)] for row in rows], np.float32)


def _classify_request(spec: RequestSpec, pictures: Pictures) -> v1.ClassifyRequest:
    request = v1.ClassifyRequest(id=spec.id, model=spec.model, top_k=LABELS)
    for each in spec.chosen:
        if spec.encoded:
            request.images.add(encoded=pictures.files[each])
        else:
            pixels = pictures.pixels[each]
            request.images.add(pixels=v1.Pixels(shape=pixels.shape, data=pixels.tobytes()))
    return request


def _classify_response(response: v1.ClassifyResponse) -> Response:
    for error in [response.error, *(each.error for each in response.results)]:
        if error.code:
            raise RequestFailed(_status(error.code), error.message)
    tops = (((each.label, each.score) for each in result.prediction.top) for result in response.results)
    return Response(response.id, response.model, response.version, Outputs(scores(tops), NO_LOGITS))


def _infer_request(spec: RequestSpec, pictures: Pictures) -> inference.ModelInferRequest:
    request = inference.ModelInferRequest(id=spec.id, model_name=spec.model)
    if spec.encoded:
        tensor = request.inputs.add(name="image", datatype="BYTES", shape=[len(spec.chosen)])
        tensor.contents.bytes_contents.extend(pictures.files[each] for each in spec.chosen)
    else:
        pixels = pictures.pixels[spec.chosen]
        request.inputs.add(name="image", datatype="UINT8", shape=pixels.shape)
        request.raw_input_contents.append(pixels.tobytes())
    return request


def _infer_response(response: inference.ModelInferResponse) -> Response:
    arrays = {
        tensor.name: np.frombuffer(content, "<f4").reshape(tensor.shape)
        for tensor, content in zip(response.outputs, response.raw_output_contents, strict=True)
    }
    outputs = Outputs(arrays["probabilities"], arrays["logits"])
    return Response(response.id, response.model_name, int(response.model_version), outputs)


def _streamed_response(response: inference.ModelInferResponse | inference.ModelStreamInferResponse) -> Response:
    if isinstance(response, inference.ModelInferResponse):
        return _infer_response(response)
    if response.error_message:
        raise RequestFailed(response.error_message.partition(":")[0], response.error_message)
    return _infer_response(response.infer_response)


def _status(number: int) -> str:
    return next(each.name for each in grpc.StatusCode if each.value[0] == number)


CLASSIFIER = WireProtocol(
    unary=lambda channel: v1_rpc.ClassifierStub(channel).Classify,
    stream=lambda channel: v1_rpc.ClassifierStub(channel).ClassifyStream,
    write=_classify_request,
    read=_classify_response,
)
INFERENCE = WireProtocol(
    unary=lambda channel: inference_rpc.GRPCInferenceServiceStub(channel).ModelInfer,
    stream=lambda channel: inference_rpc.GRPCInferenceServiceStub(channel).ModelStreamInfer,
    write=_infer_request,
    read=_streamed_response,
)
