"""The unary methods that classify: every transport serves them, from the bytes of a request to those of its response.

What else there is, streams and questions that need no model, grpcio serves by way of the generated code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lenet.inference import grpc_service_pb2
from lenet.v1 import classifier_pb2
from lenet_server import messages
from lenet_server.exchange import Read
from lenet_server.inference_bytes import InferenceBytes, Known

CLASSIFIER = classifier_pb2.DESCRIPTOR.services_by_name["Classifier"].full_name
INFERENCE = grpc_service_pb2.DESCRIPTOR.services_by_name["GRPCInferenceService"].full_name
SERVICES = (CLASSIFIER, INFERENCE)
_FULL_NAMES = {
    method.name: f"{service.full_name}/{method.name}"
    for file in (classifier_pb2.DESCRIPTOR, grpc_service_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
    for method in service.methods
}


@dataclass(frozen=True)
class Method:
    """One of them."""

    service: str  # with its package
    name: str
    read: Read[bytes, bytes]
    recall: Callable[[bytes], Known | None] | None = None  # what is remembered of requests that look like this one

    @property
    def path(self) -> str:
        """How HTTP/2 names it."""
        return f"/{self.service}/{self.name}"


def full_name(method: str) -> str:
    """The name of a method of either service, which differs from those of all others, with its service before it."""
    return _FULL_NAMES[method]


def classifying_methods(most_images: int) -> tuple[Method, ...]:
    """The methods, for at most so many images a request. Each may remember something of the requests it has read."""
    inference = InferenceBytes(most_images)
    return (
        Method(CLASSIFIER, "Classify", partial(messages.read_bytes, most_images)),
        Method(INFERENCE, "ModelInfer", inference.read, inference.recall),
    )
