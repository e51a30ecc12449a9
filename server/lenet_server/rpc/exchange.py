"""What a service knows of its messages: how a request becomes a call, and how the call's outcome becomes a response."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from lenet_server.batching.call_context import Caller
from lenet_server.inference.classifier import Call, PendingCall


class Identified(Protocol):
    """A request that its caller may have given a name."""

    @property
    def id(self) -> str:
        """What the response to it repeats."""


Payload = TypeVar("Payload")
Request = TypeVar("Request", bound=Identified)
Response = TypeVar("Response")
# The call that a request of this caller asks for, and what makes the response of its outcome, or raises why there is
# none.
Read = Callable[[Payload, Caller], tuple[Call, Callable[[PendingCall], Response]]]
