"""The one table from this server's errors to gRPC status codes."""

import logging

import grpc

from lenet_server.errors import (
    CallerGone,
    DeadlineExceeded,
    InvalidRequest,
    MessageTooLarge,
    ModelNotFound,
    ModelRetired,
    NoModel,
    NotLoadable,
    NotSupported,
    PermissionDenied,
    QueueFull,
    ServingError,
    Unauthenticated,
    Unavailable,
)
from lenet_server.rpc.request_id import new_request_id

log = logging.getLogger(__name__)

# Messages travel in HTTP/2 trailers, which clients refuse above some kilobytes, and may quote what the caller sent.
MAX_MESSAGE_LENGTH = 1000

STATUS_OF: dict[type[ServingError], grpc.StatusCode] = {
    InvalidRequest: grpc.StatusCode.INVALID_ARGUMENT,
    MessageTooLarge: grpc.StatusCode.RESOURCE_EXHAUSTED,
    ModelNotFound: grpc.StatusCode.NOT_FOUND,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
    NotSupported: grpc.StatusCode.UNIMPLEMENTED,
    NotLoadable: grpc.StatusCode.INVALID_ARGUMENT,
    QueueFull: grpc.StatusCode.RESOURCE_EXHAUSTED,
    ModelRetired: grpc.StatusCode.UNAVAILABLE,
    NoModel: grpc.StatusCode.UNAVAILABLE,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
    DeadlineExceeded: grpc.StatusCode.DEADLINE_EXCEEDED,
    CallerGone: grpc.StatusCode.CANCELLED,
}


def status(error: Exception, request_id: str = "") -> tuple[grpc.StatusCode, str]:
    """The status and the message for the caller.

    What nobody foresaw is told to the log, not to the caller, who gets the request's id to ask about it with. Of an
    error that ends a whole batch the log has one traceback, and a line for each request.
    """
    if isinstance(error, ServingError):
        # Tracebacks hold the frames that an error went through, with the request in them, and these often hold the
        # error: all of it would lie there until the garbage collector comes by.
        error.__traceback__ = error.__cause__ = error.__context__ = None
        message = str(error)
        if len(message) > MAX_MESSAGE_LENGTH:
            message = f"{message[:MAX_MESSAGE_LENGTH]} …"
        return STATUS_OF[type(error)], message
    request_id = request_id or new_request_id()
    fields = {"request_id": request_id}
    first: str = vars(error).setdefault("first_request_id", request_id)  # at once, whichever threads come here
    if first is request_id:  # not ==: callers may give two requests the same id
        log.error("request %s failed unexpectedly", request_id, exc_info=error, extra={"fields": fields})
    else:
        fields["first_request_id"] = first
        log.error("request %s failed unexpectedly, with request %s", request_id, first, extra={"fields": fields})
    return grpc.StatusCode.INTERNAL, f"internal error: the server's log says more of request {request_id}"


def number(code: grpc.StatusCode) -> int:
    """The number of a status code on the wire."""
    value: tuple[int, str] = code.value
    return value[0]
