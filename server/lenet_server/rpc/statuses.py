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

# Characters. Messages may quote the request, and travel in HTTP/2 trailers, which clients refuse above some kilobytes
# (grpcio above 8 KiB, by default).
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
    """The status code and the message for the client.

    An unexpected error goes to the log; the client gets INTERNAL and the request's id. An error that ends a whole batch
    is logged with one traceback, and one line for each request.
    """
    if isinstance(error, ServingError):
        # The traceback refers to frames which hold the request and often the error itself: a cycle, which would keep
        # the request in memory until the garbage collector runs.
        error.__traceback__ = error.__cause__ = error.__context__ = None
        message = str(error)
        if len(message) > MAX_MESSAGE_LENGTH:
            message = f"{message[:MAX_MESSAGE_LENGTH]} …"
        return STATUS_OF[type(error)], message
    request_id = request_id or new_request_id()
    fields = {"request_id": request_id}
    first: str = vars(error).setdefault("first_request_id", request_id)  # atomic
    if first is request_id:  # not ==: clients may give two requests the same id
        log.error("request %s failed unexpectedly", request_id, exc_info=error, extra={"fields": fields})
    else:
        fields["first_request_id"] = first
        log.error("request %s failed unexpectedly, with request %s", request_id, first, extra={"fields": fields})
    return grpc.StatusCode.INTERNAL, f"internal error: the server's log says more of request {request_id}"


def number(code: grpc.StatusCode) -> int:
    """The status code's number on the wire."""
    value: tuple[int, str] = code.value
    return value[0]
