"""A request on its way into the core and its outcome on the way back, the same for every service and transport."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from lenet_server.batcher import Batcher
from lenet_server.caller import Caller
from lenet_server.classifier import Call, Classifier, PendingCall


class Identified(Protocol):
    """A request that its caller may have given a name."""

    @property
    def id(self) -> str:
        """What the response to it repeats."""


Payload = TypeVar("Payload")
Request = TypeVar("Request", bound=Identified)
Response = TypeVar("Response")
# What a service knows of its own messages: the call that a request of this caller asks for, and what makes the
# response of the call's outcome.
Read = Callable[[Payload, Caller], tuple[Call, Callable[[PendingCall], Response]]]


def start(
    classifier: Classifier,
    call: Call,
    respond: Callable[[PendingCall], Response],
    done: Callable[[Callable[[], Response]], None],
    *,
    wake: bool = True,
) -> Batcher | None:
    """Start a call; `done` is handed what makes its response, or raises why there is none.

    `done` may be called from another thread. Raises a ServingError, and never calls `done`, where the call is refused.
    Returns as Classifier.start() does.
    """
    return classifier.start(call, lambda pending: done(partial(respond, pending)), wake=wake)
