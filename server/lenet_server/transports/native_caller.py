"""The caller of a call that came over the native transport."""

import time
from collections.abc import Callable

import grpc

from lenet_server.batching.call_context import Metadata
from lenet_server.batching.progress import Progress
from lenet_server.inference.classifier import PendingCall
from lenet_server.observability.call_observer import EndedCall
from lenet_server.rpc.request_id import request_id

# What the front tells of a call: its metadata, the peer's address, and the seconds until its deadline, if it has one.
CallDetails = tuple[tuple[tuple[str, str | bytes], ...], str, float | None]
# What the front hands over: the kind, the call's number, the method's, the request, a key of no interest, the details.
Event = tuple[int, int, int, bytes | None, bytes | str | None, CallDetails | None]


class NativeCaller:
    """What the native transport knows of a call: which it is, who made it, whether anybody waits, and the outcome."""

    __slots__ = (
        "_details",
        "_outcome",
        "_settled",
        "admitted",
        "begun",
        "call_id",
        "deadline",
        "left",
        "method",
        "progress",
        "request_id",
        "respond",
    )

    def __init__(
        self,
        call_id: int,
        method: int,
        details: CallDetails,
        begun: float,
        settled: Callable[["NativeCaller"], None],
    ) -> None:
        """`begun` is when the call came, in the seconds of time.monotonic(); `settled` is told of its outcome."""
        remaining = details[2]
        self.call_id = call_id
        self.method = method
        self.begun = begun
        self.deadline = float("inf") if remaining is None else time.monotonic() + remaining
        self.admitted = True  # by the door
        self.left = False
        self.request_id = ""  # of its message
        self.progress: Progress | None = None  # where somebody watches
        self.respond: Callable[[PendingCall], bytes]
        self._details = details
        self._settled = settled
        self._outcome: PendingCall | Exception

    def has_left(self) -> bool:
        """Whether the caller has cancelled, hung up, or waited until its deadline."""
        return self.left

    def metadata(self) -> Metadata:
        """The metadata of the call."""
        metadata: Metadata = self._details[0]
        return metadata

    def peer(self) -> str:
        """Where the call came from."""
        return self._details[1]

    def done(self, pending: PendingCall) -> None:
        """The answer can be had."""
        self._outcome = pending
        self._settled(self)

    def fail(self, error: Exception) -> None:
        """There is no answer."""
        self._outcome = error
        self._settled(self)

    def response(self) -> bytes:
        """The serialised response. Raises why there is none."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self.respond(self._outcome)

    def ended(self, method: str, code: grpc.StatusCode, message: str, when: float) -> EndedCall:
        """The call of a method of this name, for whoever watches, when it has this outcome."""
        named = request_id(self, self.request_id)
        return EndedCall(method, self, named, code, message, self.begun, when, self.progress)
