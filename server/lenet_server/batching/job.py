"""A job: the images of one call, and the callback that takes the model's outputs for them."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.call_context import Caller, CallTimings
from lenet_server.errors import CallerGone, DeadlineExceeded, ServingError

# As in Triton, 1 is the most urgent.
MOST_URGENT, DEFAULT_PRIORITY, LEAST_URGENT = 1, 5, 9


class Outputs(NamedTuple):
    """The model's outputs for n images; K is the number of labels."""

    probabilities: NDArray[np.float32]  # [n, K]
    logits: NDArray[np.float32]  # [n, K]

    def part(self, start: int, stop: int) -> "Outputs":
        """The outputs for images start … stop − 1."""
        return Outputs(self.probabilities[start:stop], self.logits[start:stop])


def concatenate(parts: list[Outputs]) -> Outputs:
    """The outputs of several runs of the model as one."""
    if len(parts) == 1:
        return parts[0]
    return Outputs(
        np.concatenate([part.probabilities for part in parts]), np.concatenate([part.logits for part in parts])
    )


class Job:
    """The images of one call, and the callback for their outputs.

    `images` are `size` images, [n, C, H, W]. `reply` is called exactly once, from any thread that computes: it must
    return quickly and must not raise. `deadline` and `queued_at` (now, if None) are in the seconds of time.monotonic().
    A job larger than a batch is computed in parts: `taken` images have been given to the model, `parts` holds the
    outputs so far. `timings`, where present, records the runs of the model.
    """

    __slots__ = ("caller", "deadline", "images", "parts", "priority", "queued_at", "reply", "size", "taken", "timings")

    def __init__(
        self,
        images: NDArray[np.uint8],
        reply: Callable[[Outputs | Exception], None],
        caller: Caller,
        priority: int = DEFAULT_PRIORITY,
        deadline: float = float("inf"),
        queued_at: float | None = None,
        timings: CallTimings | None = None,
    ) -> None:
        self.images = images
        self.size = len(images)
        self.reply = reply
        self.caller = caller
        self.priority = priority
        self.deadline = deadline
        self.queued_at = time.monotonic() if queued_at is None else queued_at
        self.timings = timings
        self.taken = 0
        self.parts: list[Outputs] | None = None

    def add(self, part: Outputs) -> None:
        """Add the outputs for the next images; reply when they are complete."""
        if len(part.probabilities) == self.size:
            self.reply(part)
            return
        self.parts = [*(self.parts or ()), part]
        if sum(len(each.probabilities) for each in self.parts) == self.size:
            self.reply(concatenate(self.parts))


def drop_reason(caller: Caller, deadline: float, now: float) -> ServingError | None:
    """Why a call must not be computed any more, or None while its caller waits."""
    if now >= deadline:
        return DeadlineExceeded("the deadline passed before the request reached the model")
    if caller.has_left():
        return CallerGone("the caller cancelled before the request reached the model")
    return None
