"""Who asked: until when it waits, whether it still does, and what it said beside its request."""

from collections.abc import Sequence
from typing import Protocol

Metadata = Sequence[tuple[str, str | bytes]]


class Caller(Protocol):
    """The other end of one call, as its transport knows it."""

    @property
    def deadline(self) -> float:
        """When the caller gives up, in the seconds of time.monotonic(); infinite where it never does."""

    def has_left(self) -> bool:
        """Whether the caller has cancelled or hung up."""

    def metadata(self) -> Metadata:
        """Pairs of a key, in lower case, and a value, which is bytes where the key ends in -bin."""

    def peer(self) -> str:
        """Where the call came from, in gRPC's form: ipv4:HOST:PORT, ipv6:[HOST]:PORT or unix:PATH."""
