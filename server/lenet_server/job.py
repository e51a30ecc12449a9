"""What waits in the batcher's queue: the images of one call, and the way back to its caller."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet_server.caller import Caller
from lenet_server.errors import CallerGone, DeadlineExceeded, ServingError

# As in Triton, 1 is the most urgent.
MOST_URGENT, DEFAULT_PRIORITY, LEAST_URGENT = 1, 5, 9


class Outputs(NamedTuple):
    """What the model answers for n images; K is the number of labels."""

    probabilities: NDArray[np.float32]  # [n, K]
    logits: NDArray[np.float32]  # [n, K]

    def part(self, start: int, stop: int) -> "Outputs":
        """The answers for images start … stop − 1."""
        return Outputs(self.probabilities[start:stop], self.logits[start:stop])


def joined(parts: list[Outputs]) -> Outputs:
    """The answers of several runs of the model, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Outputs(
        np.concatenate([part.probabilities for part in parts]), np.concatenate([part.logits for part in parts])
    )


@dataclass(slots=True, eq=False)
class Job:
    """The images of one call and the way back to its caller.

    `reply` is called exactly once, from whichever thread computes: it must be quick and must not raise. A job larger
    than a batch is computed in parts: `taken` of its images have been handed to the model, `answered` holds what it
    has said of them.
    """

    images: NDArray[np.uint8]  # [n, C, H, W]
    reply: Callable[[Outputs | Exception], None]
    caller: Caller
    priority: int = DEFAULT_PRIORITY
    deadline: float = float("inf")  # in the seconds of time.monotonic(); the caller's, or an earlier one of its request
    queued_at: float = field(default_factory=time.monotonic)
    taken: int = 0
    answered: list[Outputs] = field(default_factory=list)

    @property
    def remaining(self) -> int:
        """How many images the model has not been given yet."""
        return len(self.images) - self.taken

    def lost(self, now: float) -> ServingError | None:
        """Why the caller no longer waits for an answer, or None while it does."""
        return lost(self.caller, self.deadline, now)


def lost(caller: Caller, deadline: float, now: float) -> ServingError | None:
    """Why a caller no longer waits for an answer, or None while it does."""
    if now >= deadline:
        return DeadlineExceeded("the deadline passed before the request reached the model")
    if caller.has_left():
        return CallerGone("the caller cancelled before the request reached the model")
    return None
