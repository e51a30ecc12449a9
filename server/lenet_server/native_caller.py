"""The caller of a call that came over the native transport."""

import time
from typing import TYPE_CHECKING

from lenet_server.caller import Metadata

if TYPE_CHECKING:
    from pygrpc_native import CallDetails


class NativeCaller:
    """What the native transport knows of a call: which it is, who made it, and whether anybody still waits for it."""

    __slots__ = ("_details", "admitted", "begun", "call_id", "deadline", "left", "method")

    def __init__(self, call_id: int, method: int, details: "CallDetails", begun: float) -> None:
        remaining = details[2]
        self.call_id = call_id
        self.method = method
        self.begun = begun  # in the seconds of time.monotonic()
        self.deadline = float("inf") if remaining is None else time.monotonic() + remaining
        self.admitted = False  # whether the door has let it in
        self.left = False
        self._details = details

    def has_left(self) -> bool:
        """Whether the caller has cancelled, hung up, or waited until its deadline."""
        return self.left

    def metadata(self) -> Metadata:
        """The metadata of the call."""
        metadata: Metadata = self._details[0]
        return metadata
