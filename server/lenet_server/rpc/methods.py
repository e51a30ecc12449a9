"""What the transports know of a method that classifies, apart from its messages' types: bytes in, bytes out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from lenet_server.batching.call_context import Caller
from lenet_server.inference.call import Call, PendingCall


class HasId(Protocol):
    """A request message with an optional id of the client's choice."""

    @property
    def id(self) -> str:
        """The id, repeated in the response."""


Payload = TypeVar("Payload")
Message = TypeVar("Message", bound=HasId)
Response = TypeVar("Response")
# Turns a caller's request into a call, and a function that makes the response, or raises the error that ended the call.
Read = Callable[[Payload, Caller], tuple[Call, Callable[[PendingCall], Response]]]


class RequestTemplate(NamedTuple):
    """The bytes before the pixels of a request, and what they mean."""

    prefix: bytes
    shape: tuple[int, ...]  # [n, C, H, W]
    model: str
    version: int
    alias: str
    priority: int
    timeout_seconds: float
    outputs: tuple[str, ...]  # the names of the requested outputs


@dataclass(frozen=True)
class Method:
    """A unary method that classifies."""

    service: str  # with its package
    name: str
    read: Read[bytes, bytes]
    match: Callable[[bytes], RequestTemplate | None] | None = None  # finds the template of a request, if there is one

    @property
    def path(self) -> str:
        """The method's path in HTTP/2."""
        return f"/{self.service}/{self.name}"
