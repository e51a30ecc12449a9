"""Converts between the protobuf messages of lenet.v1 and the plain values of the core."""

from collections.abc import Callable, Sequence

import grpc

from lenet.v1 import classifier_pb2 as pb
from lenet_server.batching.call_context import Caller
from lenet_server.errors import InvalidRequest
from lenet_server.inference.call import Call, PendingCall
from lenet_server.inference.images import ImageArray
from lenet_server.inference.model import Model
from lenet_server.inference.results import Classification, Prediction, Unreadable
from lenet_server.rpc.parsing import parse
from lenet_server.rpc.statuses import STATUS_OF, number


def read_bytes(max_images: int, payload: bytes, caller: Caller) -> tuple[Call, Callable[[PendingCall], bytes]]:
    """The call of a serialised request, and a function that makes the serialised response. Raises InvalidRequest."""
    call, respond = read(parse(pb.ClassifyRequest, payload, max_images), caller)
    return call, lambda pending: respond(pending).SerializeToString()


def read(request: pb.ClassifyRequest, caller: Caller) -> tuple[Call, Callable[[PendingCall], pb.ClassifyResponse]]:
    """The call of a request, and a function that makes the response."""
    request_id = request.id
    if request.return_input:
        return to_call(request, caller), lambda pending: with_inputs(request_id, pending.classification())
    return to_call(request, caller), lambda pending: from_classification(request_id, pending.classification())


def refuse(request_id: str, code: grpc.StatusCode, message: str) -> pb.ClassifyResponse:
    """The response, in a stream, to a failed request."""
    return pb.ClassifyResponse(id=request_id, error=from_error(code, message))


def to_call(request: pb.ClassifyRequest, caller: Caller) -> Call:
    """The call that the request describes."""
    return Call(
        images=[_image(image) for image in request.images],
        caller=caller,
        model=request.model,
        version=request.version,
        alias=request.label,
        top_k=request.top_k,
        priority=request.priority,
        request_id=request.id,
        return_input=request.return_input,
    )


def _image(image: pb.Image) -> bytes | ImageArray:
    match image.WhichOneof("content"):
        case "encoded":
            return image.encoded
        case "pixels":
            return ImageArray(tuple(image.pixels.shape), image.pixels.data)
        case _:
            return b""  # becomes the error of this image, as an empty file does


def from_classification(request_id: str, classification: Classification) -> pb.ClassifyResponse:
    """The response with the results of a call."""
    return pb.ClassifyResponse(
        id=request_id,
        model=classification.model,
        version=classification.version,
        results=[
            pb.Result(error=from_error(STATUS_OF[InvalidRequest], result.reason))
            if isinstance(result, Unreadable)
            else pb.Result(
                prediction=pb.Prediction(top=[pb.LabelScore(label=label, score=score) for label, score in result.top])
            )
            for result in classification.results
        ],
    )


def with_inputs(request_id: str, classification: Classification) -> pb.ClassifyResponse:
    """The response with the results of a call, and the model's input for each image."""
    response = from_classification(request_id, classification)
    for message, result in zip(response.results, classification.results, strict=True):
        if isinstance(result, Prediction) and result.input:
            message.input.shape.extend(result.input.shape)
            message.input.data = result.input.data
    return response


def from_error(code: grpc.StatusCode, message: str) -> pb.Error:
    """An error inside a response: that of an image, or of a request in a stream."""
    return pb.Error(code=number(code), message=message)


def from_model(model: Model, aliases: Sequence[str]) -> pb.Model:
    """The description of a model version, with its aliases."""
    return pb.Model(
        name=model.name,
        version=model.version,
        labels=model.labels,
        input_shape=model.input_shape,
        metadata=model.metadata,
        version_labels=aliases,
    )
