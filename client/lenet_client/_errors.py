"""The exceptions of the client, and the one place where gRPC's errors are translated."""

from collections.abc import Iterator
from contextlib import contextmanager

import grpc


class LenetError(Exception):
    """Base class: the call failed. The message is meant for people."""


class ImageError(LenetError):
    """One image cannot be read or decoded; the other images of its request are not affected.

    Attributes: `reason`; `path`, when the image was given as a path.
    """

    def __init__(self, reason: str, path: str | None = None) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.reason = reason
        self.path = path


class InvalidRequest(LenetError):
    """The request is invalid or too large: retrying will not help."""


class ModelNotFound(LenetError):
    """The server has no such model or version."""


class Unauthenticated(LenetError):
    """The server requires a token, or does not know the one it received."""


class PermissionDenied(LenetError):
    """The token lacks the right for this operation."""


class NotSupported(LenetError):
    """The server or the protocol does not have this operation."""


class ServerBusy(LenetError):
    """The server's queue is full; retry later."""


class ServerUnavailable(LenetError):
    """No server can be reached at the address, or it is shutting down."""


class TimedOut(LenetError):
    """The timeout expired before the response."""


class ServerFault(LenetError):
    """The server failed unexpectedly; its log has the details."""


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
    """Translate gRPC errors raised in the block into LenetErrors that name the server."""
    try:
        yield
    except grpc.RpcError as error:
        code, details = error.code(), error.details()
        kind = ERROR_OF.get(code, ServerFault)
        if kind is ServerBusy and "larger than max" in (details or ""):
            # gRPC uses one code for a full queue and for a message over the size limit; the latter must not be retried.
            kind = InvalidRequest
        raise kind(f"{server}: {details or code.name.lower()}{_likely_cause(details or '')}") from error


def _likely_cause(details: str) -> str:
    """A hint for connections that fail because only one side uses TLS, which gRPC's message does not say."""
    if "failed to connect" not in details:
        return ""
    if "WRONG_VERSION_NUMBER" in details:
        return " (the server probably speaks no TLS: try without it)"
    if "Socket closed" in details:
        return " (the server closed the connection: it probably wants TLS or another certificate; see --tls, --tls-ca)"
    return ""
