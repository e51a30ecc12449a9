"""The caller of a grpcio call."""

import time

import grpc

from lenet_server.batching.call_context import Metadata
from lenet_server.batching.progress import Progress


class GrpcCaller:
    """What grpcio's context of a call knows of who made it.

    Attributes of a call that is no stream: the `request_id` of its message, and its `progress` where somebody watches.
    """

    def __init__(self, context: grpc.ServicerContext) -> None:
        remaining = context.time_remaining()
        self._context = context
        self.request_id = ""
        self.progress: Progress | None = None
        self.deadline = float("inf") if remaining is None else time.monotonic() + remaining

    def has_left(self) -> bool:
        """Whether the caller has cancelled or hung up."""
        return not self._context.is_active()

    def metadata(self) -> Metadata:
        """The metadata of the call."""
        return [(key, value) for key, value in self._context.invocation_metadata()]

    def peer(self) -> str:
        """Where the call came from; `unix:` where the native transport passed it on."""
        return self._context.peer()
