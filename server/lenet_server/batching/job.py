"""What waits in the batcher's queue: the images of one call, and the way back to its caller."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.call_context import Caller
from lenet_server.batching.progress import Progress
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


class Job:
    """The images of one call and the way back to its caller.

    `images` are `size` images, [n, C, H, W]. `reply` is called exactly once, from whichever thread computes: it must be
    quick and must not raise. `deadline` is the caller's, or an earlier one of its request, and `queued_at` now, both in
    the seconds of time.monotonic(). A job larger than a batch is computed in parts: `taken` of its images have been
    handed to the model, `answered` holds what it has said of them. `progress` is for whoever watches the call.
    """

    __slots__ = (
        "answered",
        "caller",
        "deadline",
        "images",
        "priority",
        "progress",
        "queued_at",
        "reply",
        "size",
        "taken",
    )

    def __init__(
        self,
        images: NDArray[np.uint8],
        reply: Callable[[Outputs | Exception], None],
        caller: Caller,
        priority: int = DEFAULT_PRIORITY,
        deadline: float = float("inf"),
        queued_at: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.images = images
        self.size = len(images)
        self.reply = reply
        self.caller = caller
        self.priority = priority
        self.deadline = deadline
        self.queued_at = time.monotonic() if queued_at is None else queued_at
        self.progress = progress
        self.taken = 0
        self.answered: list[Outputs] | None = None

    def answer(self, part: Outputs) -> None:
        """Take what the model said of the next images; reply when that was all of them."""
        if len(part.probabilities) == self.size:
            self.reply(part)
            return
        self.answered = [*(self.answered or ()), part]
        if sum(len(each.probabilities) for each in self.answered) == self.size:
            self.reply(joined(self.answered))


def lost(caller: Caller, deadline: float, now: float) -> ServingError | None:
    """Why a caller no longer waits for an answer, or None while it does."""
    if now >= deadline:
        return DeadlineExceeded("the deadline passed before the request reached the model")
    if caller.has_left():
        return CallerGone("the caller cancelled before the request reached the model")
    return None
