"""The unary methods that classify: every transport serves them, from the bytes of a request to those of its response.

What else there is, streams and questions that need no model, grpcio serves by way of the generated code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lenet_server.observability.method_names import CLASSIFIER, INFERENCE
from lenet_server.rpc.exchange import Read
from lenet_server.rpc.lenet import messages
from lenet_server.rpc.oip.wire import InferenceBytes, Known


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


def classifying_methods(most_images: int) -> tuple[Method, ...]:
    """The methods, for at most so many images a request. Each may remember something of the requests it has read."""
    inference = InferenceBytes(most_images)
    return (
        Method(CLASSIFIER, "Classify", partial(messages.read_bytes, most_images)),
        Method(INFERENCE, "ModelInfer", inference.read, inference.recall),
    )
