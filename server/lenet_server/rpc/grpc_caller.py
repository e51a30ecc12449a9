"""The caller of a grpcio call."""

import time

import grpc

from lenet_server.batching.call_context import Metadata


class GrpcCaller:
    """A Caller, from grpcio's context of the call."""

    def __init__(self, context: grpc.ServicerContext) -> None:
        remaining = context.time_remaining()
        self._context = context
        self.deadline = float("inf") if remaining is None else time.monotonic() + remaining

    def has_left(self) -> bool:
        """Whether the client has cancelled or hung up."""
        return not self._context.is_active()

    def metadata(self) -> Metadata:
        """The metadata of the call."""
        return [(key, value) for key, value in self._context.invocation_metadata()]

    def peer(self) -> str:
        """The client's address; `unix:` if the native transport passed the call on."""
        return self._context.peer()
