"""A request on its way into the core and its outcome on the way back, the same for every gRPC service."""

import time
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

import grpc

from lenet_server.classifier import Call, Classifier, PendingCall


class Identified(Protocol):
    """A request that its caller may have given a name."""

    @property
    def id(self) -> str:
        """What the response to it repeats."""


Request = TypeVar("Request", bound=Identified)
Response = TypeVar("Response")
# What a service knows of its own messages: the call that a request asks for, given the caller's deadline and whether
# it has cancelled, and what makes the response of the call's outcome.
Read = Callable[[Request, float, Callable[[], bool]], tuple[Call, Callable[[PendingCall], Response]]]


def start(
    classifier: Classifier,
    read: Read[Request, Response],
    request: Request,
    context: grpc.ServicerContext,
    done: Callable[[Callable[[], Response]], None],
) -> None:
    """Start the call of a request; `done` is handed what makes its response, or raises why there is none.

    `done` may be called from another thread. Raises a ServingError, and never calls `done`, where the request is
    refused.
    """
    call, respond = read(request, _deadline(context), lambda: not context.is_active())
    classifier.start(call, lambda pending: done(partial(respond, pending)))


def _deadline(context: grpc.ServicerContext) -> float:
    """The caller's deadline in the seconds of time.monotonic(); infinite where there is none."""
    remaining = context.time_remaining()
    return float("inf") if remaining is None else time.monotonic() + remaining
