"""One call on its way: find the model, read the pictures, queue, and rank the labels when the model has answered.

Knows nothing of gRPC or protobuf, so that every transport feeds the same core.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.batcher import Batcher
from lenet_server.batching.call_context import Caller
from lenet_server.batching.job import DEFAULT_PRIORITY, LEAST_URGENT, MOST_URGENT, Job, Outputs, lost
from lenet_server.batching.progress import Progress
from lenet_server.errors import InvalidRequest, ModelRetired
from lenet_server.inference.catalog import Catalog, ServedModel
from lenet_server.inference.images import Block, ImageReader, Images, Pixels, needs_decoding
from lenet_server.inference.model import Model
from lenet_server.inference.results import Answer, Prediction, Unreadable

DEFAULT_TOP_K = 3


@dataclass(slots=True)
class Call:
    """What a caller asks for."""

    images: Images
    caller: Caller
    model: str = ""
    version: int = 0
    top_k: int = 0
    priority: int = 0  # 0 for the server's choice
    timeout_seconds: float = float("inf")  # how long the call may wait for the model, if its caller waits longer
    all_or_nothing: bool = False  # whether an image that cannot be read fails the whole call
    request_id: str = ""  # what the message calls itself
    progress: Progress | None = None  # where somebody watches
    label: str = ""  # of a version, in the place of its number
    return_input: bool = False  # whether the answer is to hold what the model was given


class PendingCall:
    """A call that the model may still be working on.

    Attributes: `caller`, who waits for the answer, and `model`, which gives it.
    """

    __slots__ = ("_done", "_inputs", "_outcome", "_top_k", "_unreadable", "caller", "model")

    def __init__(
        self,
        caller: Caller,
        model: Model,
        top_k: int,
        unreadable: dict[int, str],
        done: Callable[["PendingCall"], None],
        inputs: NDArray[np.uint8] | None = None,
    ) -> None:
        """`inputs`, [n, C, H, W], are what the answer shows of the readable images, if it shows that."""
        self.caller = caller
        self.model = model
        self._top_k = top_k
        self._unreadable = unreadable
        self._done = done
        self._inputs = inputs
        self._outcome: Outputs | Exception

    def settle(self, outcome: Outputs | Exception) -> None:
        """Take the model's outputs for the readable images, or why there are none, and say so."""
        self._outcome = outcome
        self._done(self)

    def outputs(self) -> Outputs:
        """The model's own outputs for the readable images. Raises what ended the call where it failed as a whole."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    def answer(self) -> Answer:
        """Rank the labels of each image. Raises what ended the call where it failed as a whole."""
        ranked = self._rank(self.outputs().probabilities)
        if self._inputs is not None:
            ranked = [
                replace(each, input=Pixels(image.shape, image.tobytes()))
                for each, image in zip(ranked, self._inputs, strict=True)
            ]
        predictions = iter(ranked)
        results = [
            Unreadable(self._unreadable[position]) if position in self._unreadable else next(predictions)
            for position in range(len(self._unreadable) + len(ranked))
        ]
        return Answer(self.model.name, self.model.version, results)

    def _rank(self, probabilities: NDArray[np.float32]) -> list[Prediction]:
        labels = self.model.labels
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, : self._top_k]  # [n, k]
        scores = np.take_along_axis(probabilities, best, axis=1)  # [n, k]
        return [
            Prediction([(labels[index], score) for index, score in zip(*pair, strict=True)])
            for pair in zip(best.tolist(), scores.tolist(), strict=True)
        ]


class Classifier:
    """Starts calls; the batchers finish them. Attributes: `catalog`, of what can be asked."""

    def __init__(self, catalog: Catalog, reader: ImageReader) -> None:
        self.catalog = catalog
        self._reader = reader

    def start(self, call: Call, done: Callable[[PendingCall], None], *, wake: bool = True) -> Batcher | None:
        """Check the call, read its pictures and queue it; `done` is told when its answer can be had.

        `done` may be called from another thread, before start() returns or after. Raises a ServingError, and never
        calls `done`, where the call is refused as a whole. Returns the batcher that the call waits in, if it waits:
        whoever does not `wake` it calls its step() next.
        """
        served = self.catalog.find(call.model, call.version, call.label)
        while True:
            try:
                return self._start(served, call, done, wake)
            except ModelRetired:  # the version was replaced after it was looked up: what has replaced it will answer
                successor = self.catalog.find(call.model, call.version, call.label)
                if successor is served:
                    raise
                served = successor

    def _start(
        self, served: ServedModel, call: Call, done: Callable[[PendingCall], None], wake: bool
    ) -> Batcher | None:
        caller, now, progress = call.caller, time.monotonic(), call.progress
        deadline = min(caller.deadline, now + call.timeout_seconds)
        top_k = _checked_top_k(call.top_k, len(served.model.labels))
        priority = _checked_priority(call.priority)
        if progress:
            _note(progress, served.model, call.images, now)
        queued_at = now
        images: NDArray[np.uint8] | None
        unreadable: dict[int, str] = {}
        if isinstance(call.images, Block):
            images = self._reader.block(call.images, served.model)
        else:

            def check() -> None:
                if reason := lost(caller, deadline, time.monotonic()):
                    served.metrics.job_rejected(reason)
                    raise reason

            images, unreadable = self._reader.read(call.images, served, check, all_or_nothing=call.all_or_nothing)
            queued_at = time.monotonic()  # reading took its time
            if progress:
                progress.decoded_at = queued_at
        pending = PendingCall(caller, served.model, top_k, unreadable, done, images if call.return_input else None)
        if images is None:
            nothing = np.empty((0, len(served.model.labels)), np.float32)
            pending.settle(Outputs(nothing, nothing))
            return None
        job = Job(images, pending.settle, caller, priority, deadline, queued_at, progress)
        served.batcher.submit(job, wake=wake)
        return served.batcher


def _note(progress: Progress, model: Model, images: Images, now: float) -> None:
    """Note for whoever watches what is asked, and since when its pictures are read."""
    progress.model, progress.version = model.name, model.version
    if isinstance(images, Block):
        progress.images = images.shape[0]
    else:
        progress.images = len(images)
        progress.decoding_since = now if needs_decoding(images) else None


def _checked_top_k(top_k: int, labels: int) -> int:
    if not 0 <= top_k <= labels:
        raise InvalidRequest(f"top_k is {top_k}: 1 to {labels} is possible, or 0 for the server's choice")
    return top_k or min(DEFAULT_TOP_K, labels)


def _checked_priority(priority: int) -> int:
    if not 0 <= priority <= LEAST_URGENT:
        raise InvalidRequest(
            f"priority is {priority}: {MOST_URGENT}, the most urgent, to {LEAST_URGENT} is possible, or 0 for "
            f"{DEFAULT_PRIORITY}"
        )
    return priority or DEFAULT_PRIORITY
