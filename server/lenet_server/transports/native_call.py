"""A call of the native transport."""

import time
from collections.abc import Callable

from lenet_server.batching.call_context import CallTimings, Metadata
from lenet_server.inference.call import PendingCall

# From the front, of each call: its metadata, the peer's address, and the seconds until its deadline, if it has one.
CallDetails = tuple[tuple[tuple[str, str | bytes], ...], str, float | None]
# From the front: the kind of event, the call's id, the index of its method, the request, an unused key, the details.
Event = tuple[int, int, int, bytes | None, bytes | str | None, CallDetails | None]


class NativeCall:
    """A call from its arrival to its response: the `Caller` of the core, and an `OpenRequest` once it has its outcome.

    Attributes, beside those of OpenRequest: `call_id`, the front's; `admitted`, whether it counts as open; `left`, set
    when its client has left; and `respond`, which makes the response.
    """

    __slots__ = (
        "_completed",
        "_details",
        "_outcome",
        "admitted",
        "begun",
        "call_id",
        "deadline",
        "ended",
        "left",
        "method",
        "request_id",
        "respond",
        "timings",
    )

    def __init__(
        self,
        call_id: int,
        method: str,
        details: CallDetails,
        begun: float,
        completed: Callable[["NativeCall"], None],
    ) -> None:
        """`begun` is in the seconds of time.monotonic(); `completed` is called once there is an outcome."""
        remaining = details[2]
        self.call_id = call_id
        self.method = method
        self.begun = begun
        self.ended = 0.0
        self.deadline = float("inf") if remaining is None else time.monotonic() + remaining
        self.admitted = True
        self.left = False
        self.request_id = ""
        self.timings: CallTimings | None = None
        self.respond: Callable[[PendingCall], bytes]
        self._details = details
        self._completed = completed
        self._outcome: PendingCall | Exception

    @property
    def caller(self) -> "NativeCall":
        """The call itself."""
        return self

    def has_left(self) -> bool:
        """Whether the client has cancelled, hung up, or waited until its deadline."""
        return self.left

    def metadata(self) -> Metadata:
        """The metadata of the call."""
        metadata: Metadata = self._details[0]
        return metadata

    def peer(self) -> str:
        """The client's address."""
        return self._details[1]

    def done(self, pending: PendingCall) -> None:
        """Take the outcome of the call."""
        self._outcome = pending
        self._completed(self)

    def fail(self, error: Exception) -> None:
        """Take an error as the outcome."""
        self._outcome = error
        self._completed(self)

    def response(self) -> bytes:
        """The serialised response. Raises the error that ended the call."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self.respond(self._outcome)
