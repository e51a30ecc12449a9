"""The two protocols that the callers speak: how a question becomes a request, and an answer is read from a response."""

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
UNTOLD = np.zeros((0, LABELS), np.float32)


@dataclass(frozen=True)
class Question:
    """Which of the pictures a request is about, and whether it sends them as files."""

    id: str
    model: str
    chosen: NDArray[np.intp]
    encoded: bool


@dataclass(frozen=True)
class Answer:
    """What came back; `version` is 0 where the caller is not told."""

    id: str
    model: str
    version: int
    outputs: Outputs


class RequestFailed(Exception):
    """A request was answered with an error inside a response; `code` is the name of the status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Language:
    """A protocol: its unary and its streaming method of a channel, and its messages."""

    unary: Callable[[grpc.aio.Channel], Any]
    stream: Callable[[grpc.aio.Channel], Any]
    write: Callable[[Question, Pictures], Any]
    read: Callable[[Any], Answer]


def scores(pairs: Iterable[Iterable[tuple[str, float]]]) -> NDArray[np.float32]:
    """Labels and scores of each picture as probabilities [n, K]: the model's labels are the numbers of its outputs."""
    rows = [dict(each) for each in pairs]
    return np.array([[row.get(str(label), np.nan) for label in range(LABELS)] for row in rows], np.float32)


def _classify_request(question: Question, pictures: Pictures) -> v1.ClassifyRequest:
    request = v1.ClassifyRequest(id=question.id, model=question.model, top_k=LABELS)
    for each in question.chosen:
        if question.encoded:
            request.images.add(encoded=pictures.files[each])
        else:
            pixels = pictures.pixels[each]
            request.images.add(pixels=v1.Pixels(shape=pixels.shape, data=pixels.tobytes()))
    return request


def _classify_answer(response: v1.ClassifyResponse) -> Answer:
    for error in [response.error, *(each.error for each in response.results)]:
        if error.code:
            raise RequestFailed(_status(error.code), error.message)
    tops = (((each.label, each.score) for each in result.prediction.top) for result in response.results)
    return Answer(response.id, response.model, response.version, Outputs(scores(tops), UNTOLD))


def _infer_request(question: Question, pictures: Pictures) -> inference.ModelInferRequest:
    request = inference.ModelInferRequest(id=question.id, model_name=question.model)
    if question.encoded:
        tensor = request.inputs.add(name="image", datatype="BYTES", shape=[len(question.chosen)])
        tensor.contents.bytes_contents.extend(pictures.files[each] for each in question.chosen)
    else:
        pixels = pictures.pixels[question.chosen]
        request.inputs.add(name="image", datatype="UINT8", shape=pixels.shape)
        request.raw_input_contents.append(pixels.tobytes())
    return request


def _infer_answer(response: inference.ModelInferResponse) -> Answer:
    arrays = {
        tensor.name: np.frombuffer(content, "<f4").reshape(tensor.shape)
        for tensor, content in zip(response.outputs, response.raw_output_contents, strict=True)
    }
    outputs = Outputs(arrays["probabilities"], arrays["logits"])
    return Answer(response.id, response.model_name, int(response.model_version), outputs)


def _streamed_answer(response: inference.ModelInferResponse | inference.ModelStreamInferResponse) -> Answer:
    if isinstance(response, inference.ModelInferResponse):
        return _infer_answer(response)
    if response.error_message:
        raise RequestFailed(response.error_message.partition(":")[0], response.error_message)
    return _infer_answer(response.infer_response)


def _status(number: int) -> str:
    return next(each.name for each in grpc.StatusCode if each.value[0] == number)


CLASSIFIER = Language(
    unary=lambda channel: v1_rpc.ClassifierStub(channel).Classify,
    stream=lambda channel: v1_rpc.ClassifierStub(channel).ClassifyStream,
    write=_classify_request,
    read=_classify_answer,
)
INFERENCE = Language(
    unary=lambda channel: inference_rpc.GRPCInferenceServiceStub(channel).ModelInfer,
    stream=lambda channel: inference_rpc.GRPCInferenceServiceStub(channel).ModelStreamInfer,
    write=_infer_request,
    read=_streamed_answer,
)
