"""What waits in the batcher's queue: the images of one call, and the way back to its caller."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lenet_server.errors import CallerGone, DeadlineExceeded, ServingError


@dataclass(frozen=True)
class Outputs:
    """What the model answers for n images; K is the number of labels."""

    probabilities: NDArray[np.float32]  # [n, K]
    logits: NDArray[np.float32]  # [n, K]

    def part(self, start: int, stop: int) -> "Outputs":
        """The answers for images start … stop − 1."""
        return Outputs(self.probabilities[start:stop], self.logits[start:stop])


@dataclass(frozen=True, eq=False)
class Job:
    """The images of one call and the way back to its caller.

    `reply` is called exactly once, from the batcher's thread: it must be quick and must not raise.
    """

    images: NDArray[np.uint8]  # [n, C, H, W]
    reply: Callable[[Outputs | Exception], None]
    deadline: float = float("inf")  # in the seconds of time.monotonic()
    cancelled: Callable[[], bool] = lambda: False
    queued_at: float = field(default_factory=time.monotonic)

    def lost(self) -> ServingError | None:
        """Why the caller no longer waits for an answer, or None while it does."""
        return lost(self.deadline, self.cancelled)


def lost(deadline: float, cancelled: Callable[[], bool]) -> ServingError | None:
    """Why a caller of this deadline no longer waits for an answer, or None while it does."""
    if time.monotonic() >= deadline:
        return DeadlineExceeded("the deadline passed before the request reached the model")
    if cancelled():
        return CallerGone("the caller cancelled before the request reached the model")
    return None
