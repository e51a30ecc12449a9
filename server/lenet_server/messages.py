"""Between the protobuf messages of lenet.v1 and the plain values of the core."""

import time
from collections.abc import Callable

import grpc

from lenet.v1 import classifier_pb2 as pb
from lenet_server.classifier import Answer, Call, Pixels, Unreadable
from lenet_server.errors import InvalidRequest
from lenet_server.model import Model
from lenet_server.statuses import number


def deadline(context: grpc.ServicerContext) -> float:
    """The caller's deadline in the seconds of time.monotonic(); infinite where there is none."""
    remaining = context.time_remaining()
    return float("inf") if remaining is None else time.monotonic() + remaining


def to_call(request: pb.ClassifyRequest, deadline: float, cancelled: Callable[[], bool]) -> Call:
    """What the request asks for. Raises InvalidRequest where an image is neither encoded nor pixels."""
    return Call(
        images=[_image(image, position) for position, image in enumerate(request.images)],
        model=request.model,
        version=request.version,
        top_k=request.top_k,
        deadline=deadline,
        cancelled=cancelled,
    )


def _image(image: pb.Image, position: int) -> bytes | Pixels:
    match image.WhichOneof("content"):
        case "encoded":
            return image.encoded
        case "pixels":
            return Pixels(tuple(image.pixels.shape), image.pixels.data)
        case _:
            raise InvalidRequest(f"image {position} is empty: set `encoded` or `pixels`")


def from_answer(request_id: str, answer: Answer) -> pb.ClassifyResponse:
    """The response that carries the answer."""
    return pb.ClassifyResponse(
        id=request_id,
        model=answer.model,
        version=answer.version,
        results=[
            pb.Result(error=from_error(grpc.StatusCode.INVALID_ARGUMENT, result.reason))
            if isinstance(result, Unreadable)
            else pb.Result(
                prediction=pb.Prediction(top=[pb.LabelScore(label=label, score=score) for label, score in result.top])
            )
            for result in answer.results
        ],
    )


def from_error(code: grpc.StatusCode, message: str) -> pb.Error:
    """An error inside a response: of one image, or of one request in a stream."""
    return pb.Error(code=number(code), message=message)


def from_model(model: Model) -> pb.Model:
    """The description of a model version."""
    return pb.Model(
        name=model.name,
        version=model.version,
        labels=model.labels,
        input_shape=model.input_shape,
        metadata=model.metadata,
    )
