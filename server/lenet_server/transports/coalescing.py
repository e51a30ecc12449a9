"""Calls that are alike and find the model free are answered together at once, without a queue and callbacks through it.

They differ in their pixels only (`inference_bytes`), so what holds for one holds for all, and their pixels, one after
the other, are the batch. Whatever is in the way (the model is busy, somebody has left or watches), each call takes its
own way instead, by way of the queue.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from pygrpc_native import NativeGrpcFront

from lenet_server.batching.batcher import Batcher
from lenet_server.inference.catalog import Catalog
from lenet_server.rpc.methods import Method
from lenet_server.rpc.oip.wire import Known, responses
from lenet_server.rpc.request_handler import Edge
from lenet_server.transports.native_caller import CallDetails


class Newcomer(NamedTuple):
    """A call as it has come."""

    call_id: int
    method: int
    payload: bytes
    details: CallDetails


class Crowd(NamedTuple):
    """Calls that are alike, few enough for a batch."""

    known: Known
    calls: list[Newcomer]


class DirectPath:
    """Answers crowds. Attributes: `ran`, the batchers that have computed for it; whoever lets them write empties it."""

    def __init__(
        self, front: NativeGrpcFront, methods: Sequence[Method], edge: Edge, catalog: Catalog, max_batch_size: int
    ) -> None:
        self.ran: set[Batcher] = set()
        self._front = front
        self._methods = methods
        self._edge = edge
        self._catalog = catalog
        self._max_batch_size = max_batch_size

    def answer(self, newcomers: Sequence[Newcomer], left: Collection[int], begun: float) -> list[Newcomer]:
        """Answer those that can be answered at once; the others are returned, to take their own way.

        `left` are those of them that nobody waits for, and `begun` is when they came, in the seconds of
        time.monotonic().
        """
        others: list[Newcomer] = []
        for crowd in self._crowds(newcomers, left, others):
            try:
                answers = self._compute(crowd, begun)
            except Exception:  # noqa: BLE001 the model's, or a lookup's: it comes again where it is told to each caller
                answers = None
            if answers is None:
                others += crowd.calls
                continue
            seconds = time.monotonic() - begun
            method = self._methods[crowd.calls[0].method].name
            # Counted before they are sent: who has an answer finds it counted.
            self._edge.metrics.requests_finished(method, "OK", [seconds] * len(answers))
            for call, answer in zip(crowd.calls, answers, strict=True):
                self._front.respond(call.call_id, answer)
            self._edge.requests.leave(len(answers))
        return others

    def _crowds(self, newcomers: Sequence[Newcomer], left: Collection[int], others: list[Newcomer]) -> Iterator[Crowd]:
        """Those that are alike together, the most urgent first; those that are like nothing known go to `others`."""
        by_prefix: dict[bytes, Crowd] = {}
        for newcomer in newcomers:
            recall = self._methods[newcomer.method].recall
            known = recall(newcomer.payload) if recall else None
            if known is None or newcomer.call_id in left:
                others.append(newcomer)
            elif known.prefix in by_prefix:
                by_prefix[known.prefix].calls.append(newcomer)
            else:
                by_prefix[known.prefix] = Crowd(known, [newcomer])
        for known, calls in sorted(by_prefix.values(), key=lambda crowd: crowd.known.priority):
            most = max(1, self._max_batch_size // known.shape[0])
            for start in range(0, len(calls), most):
                yield Crowd(known, calls[start : start + most])

    def _compute(self, crowd: Crowd, begun: float) -> list[bytes] | None:
        """The serialised response to each call, or None where each must take its own way."""
        known, calls = crowd
        served = self._catalog.find(known.model, known.version, known.label)
        size, *shape = known.shape
        if tuple(shape) != served.model.input_shape or size > self._max_batch_size:
            return None
        waited = time.monotonic() - begun
        if waited >= min(known.timeout_seconds, *(call.details[2] or known.timeout_seconds for call in calls)):
            return None
        start = len(known.prefix)
        pixels = b"".join([memoryview(call.payload)[start:] for call in calls])
        images = np.frombuffer(pixels, np.uint8).reshape(-1, *shape)
        outputs = served.batcher.run(images, [waited] * len(calls))
        if outputs is None:
            return None
        self.ran.add(served.batcher)
        return responses(known.names, served.model, outputs, len(calls))
