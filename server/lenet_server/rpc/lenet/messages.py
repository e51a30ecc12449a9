"""Between the protobuf messages of lenet.v1 and the plain values of the core."""

from collections.abc import Callable, Sequence

import grpc

from lenet.v1 import classifier_pb2 as pb
from lenet_server.batching.call_context import Caller
from lenet_server.errors import InvalidRequest
from lenet_server.inference.classifier import Call, PendingCall
from lenet_server.inference.images import Pixels
from lenet_server.inference.model import Model
from lenet_server.inference.results import Answer, Prediction, Unreadable
from lenet_server.rpc.parsing import parse
from lenet_server.rpc.statuses import STATUS_OF, number


def read_bytes(most_images: int, payload: bytes, caller: Caller) -> tuple[Call, Callable[[PendingCall], bytes]]:
    """The call of a serialised request, and what makes the serialised response. Raises InvalidRequest."""
    call, respond = read(parse(pb.ClassifyRequest, payload, most_images), caller)
    return call, lambda pending: respond(pending).SerializeToString()


def read(request: pb.ClassifyRequest, caller: Caller) -> tuple[Call, Callable[[PendingCall], pb.ClassifyResponse]]:
    """The call of a request, and what makes the response of its outcome."""
    request_id = request.id
    if request.return_input:
        return to_call(request, caller), lambda pending: with_inputs(request_id, pending.answer())
    return to_call(request, caller), lambda pending: from_answer(request_id, pending.answer())


def refuse(request_id: str, code: grpc.StatusCode, message: str) -> pb.ClassifyResponse:
    """The response, in a stream, to a request that failed as a whole."""
    return pb.ClassifyResponse(id=request_id, error=from_error(code, message))


def to_call(request: pb.ClassifyRequest, caller: Caller) -> Call:
    """What the request asks for."""
    return Call(
        images=[_image(image) for image in request.images],
        caller=caller,
        model=request.model,
        version=request.version,
        label=request.label,
        top_k=request.top_k,
        priority=request.priority,
        request_id=request.id,
        return_input=request.return_input,
    )


def _image(image: pb.Image) -> bytes | Pixels:
    match image.WhichOneof("content"):
        case "encoded":
            return image.encoded
        case "pixels":
            return Pixels(tuple(image.pixels.shape), image.pixels.data)
        case _:
            return b""  # becomes the error of this one image, as an empty picture does


def from_answer(request_id: str, answer: Answer) -> pb.ClassifyResponse:
    """The response that carries the answer."""
    return pb.ClassifyResponse(
        id=request_id,
        model=answer.model,
        version=answer.version,
        results=[
            pb.Result(error=from_error(STATUS_OF[InvalidRequest], result.reason))
            if isinstance(result, Unreadable)
            else pb.Result(
                prediction=pb.Prediction(top=[pb.LabelScore(label=label, score=score) for label, score in result.top])
            )
            for result in answer.results
        ],
    )


def with_inputs(request_id: str, answer: Answer) -> pb.ClassifyResponse:
    """The response that carries the answer, and what the model was given."""
    response = from_answer(request_id, answer)
    for message, result in zip(response.results, answer.results, strict=True):
        if isinstance(result, Prediction) and result.input:
            message.input.shape.extend(result.input.shape)
            message.input.data = result.input.data
    return response


def from_error(code: grpc.StatusCode, message: str) -> pb.Error:
    """An error inside a response: of one image, or of one request in a stream."""
    return pb.Error(code=number(code), message=message)


def from_model(model: Model, version_labels: Sequence[str]) -> pb.Model:
    """The description of a model version, and of the labels that name it."""
    return pb.Model(
        name=model.name,
        version=model.version,
        labels=model.labels,
        input_shape=model.input_shape,
        metadata=model.metadata,
        version_labels=version_labels,
    )
