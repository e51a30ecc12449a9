"""The exceptions of the client, and the one place where gRPC's become ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import grpc


class LenetError(Exception):
    """Anything that keeps a call from its answer. The message is for a person to read."""


class ImageError(LenetError):
    """One picture cannot be read or is not a picture; its neighbours are not concerned.

    Attributes: `reason`, and `path` where the picture was given as one.
    """

    def __init__(self, reason: str, path: str | None = None) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.reason = reason
        self.path = path


class InvalidRequest(LenetError):
    """The request is wrong in itself: sending it again will not help."""


class ModelNotFound(LenetError):
    """The server has no such model, or no such version of it."""


class Unauthenticated(LenetError):
    """The server wants a token, or does not know the one that it got."""


class PermissionDenied(LenetError):
    """The token does not allow what was asked for."""


class NotSupported(LenetError):
    """The server, or the protocol it is spoken to in, does not do what was asked for."""


class ServerBusy(LenetError):
    """The server has more to do than its queue holds; later it may have time."""


class ServerUnavailable(LenetError):
    """No server answers at the address, or it is shutting down."""


class TimedOut(LenetError):
    """No answer came within the timeout."""


class ServerFault(LenetError):
    """The server failed in a way of its own; its log says more."""


ERROR_OF: dict[grpc.StatusCode, type[LenetError]] = {
    grpc.StatusCode.CANCELLED: LenetError,  # the client was closed
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.NOT_FOUND: ModelNotFound,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.UNIMPLEMENTED: NotSupported,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ServerBusy,
    grpc.StatusCode.UNAVAILABLE: ServerUnavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: TimedOut,
}


@contextmanager
def translated(server: str) -> Iterator[None]:
    """Raise gRPC's errors as LenetError, with the server's address in the message."""
    try:
        yield
    except grpc.RpcError as error:
        code, details = error.code(), error.details()
        kind = ERROR_OF.get(code, ServerFault)
        if kind is ServerBusy and "larger than max" in (details or ""):
            # gRPC has one code for a full queue and for a message that is too large: only one of them passes.
            kind = InvalidRequest
        raise kind(f"{server}: {details or code.name.lower()}{_likely_cause(details or '')}") from error


def _likely_cause(details: str) -> str:
    """What gRPC does not say of a connection that failed because one side speaks TLS and the other does not."""
    if "failed to connect" not in details:
        return ""
    if "WRONG_VERSION_NUMBER" in details:
        return " (the server seems to speak no TLS: try without it)"
    if "Socket closed" in details:
        return " (the server hung up at once, as one does that wants TLS or another certificate: see --tls, --tls-ca)"
    return ""
