"""A Caller without a transport."""

from lenet_server.batching.call_context import Metadata


class Someone:
    """A caller without a deadline, which has cancelled its call if `left`."""

    def __init__(self, *, left: bool = False) -> None:
        self.deadline = float("inf")
        self._left = left

    def has_left(self) -> bool:
        """See Caller."""
        return self._left

    def metadata(self) -> Metadata:
        """See Caller."""
        return ()

    def peer(self) -> str:
        """See Caller."""
        return "unix:"
