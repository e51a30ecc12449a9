"""Starts calls: finds the model, reads the images, and submits them to the model's batcher.

Knows neither gRPC nor protobuf, so that every transport uses the same core.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.batcher import Batcher
from lenet_server.batching.call_context import CallTimings
from lenet_server.batching.job import DEFAULT_PRIORITY, LEAST_URGENT, MOST_URGENT, Job, Outputs, drop_reason
from lenet_server.errors import InvalidRequest, ModelRetired
from lenet_server.inference.call import Call, PendingCall
from lenet_server.inference.catalog import Catalog, ServedModel
from lenet_server.inference.images import ImageBlock, ImageReader, Images, needs_decoding
from lenet_server.inference.model import Model

DEFAULT_TOP_K = 3


class Classifier:
    """Starts calls; the batchers finish them. Attributes: `catalog`, the models that are served."""

    def __init__(self, catalog: Catalog, reader: ImageReader) -> None:
        self.catalog = catalog
        self._reader = reader

    def start(
        self,
        call: Call,
        done: Callable[[PendingCall], None],
        submit: Callable[[Batcher, Job], None] = Batcher.submit,
    ) -> None:
        """Check the call, read its images and submit them; `done` is called when the outcome is known.

        `done` may be called from any thread, before start() returns or after. A thread that computes itself passes the
        `submit` of its InlineRunner. Raises a ServingError, and never calls `done`, if the call is refused as a whole.
        """
        served = self.catalog.find(call.model, call.version, call.alias)
        while True:
            try:
                return self._start(served, call, done, submit)
            except ModelRetired:  # replaced after it was found: its successor answers
                successor = self.catalog.find(call.model, call.version, call.alias)
                if successor is served:
                    raise
                served = successor

    def _start(
        self,
        served: ServedModel,
        call: Call,
        done: Callable[[PendingCall], None],
        submit: Callable[[Batcher, Job], None],
    ) -> None:
        caller, now, timings = call.caller, time.monotonic(), call.timings
        deadline = min(caller.deadline, now + call.timeout_seconds)
        top_k = _checked_top_k(call.top_k, len(served.model.labels))
        priority = _checked_priority(call.priority)
        if timings:
            _begin_timings(timings, served.model, call.images, now)
        queued_at = now
        images: NDArray[np.uint8] | None
        unreadable: dict[int, str] = {}
        if isinstance(call.images, ImageBlock):
            images = self._reader.block(call.images, served.model)
        else:

            def check() -> None:
                if reason := drop_reason(caller, deadline, time.monotonic()):
                    served.metrics.job_rejected(reason)
                    raise reason

            images, unreadable = self._reader.read(call.images, served, check, all_or_nothing=call.all_or_nothing)
            queued_at = time.monotonic()
            if timings:
                timings.decoded_at = queued_at
        pending = PendingCall(caller, served.model, top_k, unreadable, done, images if call.return_input else None)
        if images is None:
            nothing = np.empty((0, len(served.model.labels)), np.float32)
            pending.complete(Outputs(nothing, nothing))
            return
        submit(served.batcher, Job(images, pending.complete, caller, priority, deadline, queued_at, timings))


def _begin_timings(timings: CallTimings, model: Model, images: Images, now: float) -> None:
    """Record the model and the number of images, and that decoding begins, if any image is encoded."""
    timings.model, timings.version = model.name, model.version
    if isinstance(images, ImageBlock):
        timings.images = images.shape[0]
    else:
        timings.images = len(images)
        timings.decoding_since = now if needs_decoding(images) else None


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
