"""Who made a call, how long it waits, and when each stage of the call happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

Metadata = Sequence[tuple[str, str | bytes]]


class Caller(Protocol):
    """The client's end of one call, as its transport knows it."""

    @property
    def deadline(self) -> float:
        """When the client gives up, in the seconds of time.monotonic(); infinite without a deadline."""

    def has_left(self) -> bool:
        """Whether the client has cancelled or hung up."""

    def metadata(self) -> Metadata:
        """Pairs of a key, in lower case, and a value, which is bytes where the key ends in -bin."""

    def peer(self) -> str:
        """The client's address in gRPC's form: ipv4:HOST:PORT, ipv6:[HOST]:PORT or unix:PATH."""


@dataclass(frozen=True, eq=False)
class BatchRun:
    """One run of the model, shared by the calls of the batch. Times in seconds of time.monotonic()."""

    began: float
    ended: float
    images: int
    calls: int


@dataclass(slots=True, eq=False)
class CallTimings:
    """The stages of one call, recorded only for an access log or traces.

    Times in seconds of time.monotonic(), None until the stage is reached.
    """

    model: str = ""
    version: int = 0
    images: int = 0
    decoding_since: float | None = None  # None also where the call has no encoded image
    decoded_at: float | None = None
    queued_at: float | None = None  # set together with the first of `runs`
    runs: list[BatchRun] = field(default_factory=list)
