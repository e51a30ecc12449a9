"""Coalesces calls with equal message prefixes into one batch, without parsing, a job or a callback for each.

Such calls differ only in their pixels (see `rpc.oip.wire`): one lookup and one validation hold for all, and their
pixels, one after the other, are the batch. If that is not possible (the model is busy, a client has left), the calls
are handled one by one, through the queue.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from pygrpc_native import NativeGrpcFront

from lenet_server.batching.inline_runner import InlineRunner
from lenet_server.inference.catalog import Catalog
from lenet_server.rpc.methods import Method, RequestTemplate
from lenet_server.rpc.oip.wire import responses
from lenet_server.rpc.request_handler import RequestHandler
from lenet_server.transports.native_call import CallDetails


class IncomingCall(NamedTuple):
    """A call as it has arrived."""

    call_id: int
    method: int  # its index among the transport's methods
    payload: bytes
    details: CallDetails


class CallGroup(NamedTuple):
    """Calls that match one template, at most a batch of them."""

    template: RequestTemplate
    calls: list[IncomingCall]


class Coalescer:
    """Answers groups of calls. Used only where calls need neither a token nor an observer, each of its own."""

    def __init__(
        self,
        front: NativeGrpcFront,
        methods: Sequence[Method],
        handler: RequestHandler,
        catalog: Catalog,
        max_batch_size: int,
        runner: InlineRunner,
    ) -> None:
        self._front = front
        self._methods = methods
        self._handler = handler
        self._catalog = catalog
        self._max_batch_size = max_batch_size
        self._runner = runner

    def answer(self, calls: Sequence[IncomingCall], left: Collection[int], begun: float) -> list[IncomingCall]:
        """Answer the calls that can be coalesced, and return the others.

        `left` has the ids of calls whose clients have left; `begun` is when the calls came, in the seconds of
        time.monotonic().
        """
        others: list[IncomingCall] = []
        for group in self._groups(calls, left, others):
            try:
                answers = self._compute(group, begun)
            except Exception:  # noqa: BLE001 raised again, for each call, when the calls are handled one by one
                answers = None
            if answers is None:
                others += group.calls
                continue
            seconds = time.monotonic() - begun
            # Counted before they are sent, so that a client which has its response finds it counted.
            self._handler.completion.count_answered(self._methods[group.calls[0].method].name, [seconds] * len(answers))
            for call, answer in zip(group.calls, answers, strict=True):
                self._front.respond(call.call_id, answer)
            self._handler.requests.leave(len(answers))
        return others

    def _groups(
        self, calls: Sequence[IncomingCall], left: Collection[int], others: list[IncomingCall]
    ) -> Iterator[CallGroup]:
        """Group the calls by template, the most urgent first; those without one are added to `others`."""
        by_prefix: dict[bytes, CallGroup] = {}
        for call in calls:
            match = self._methods[call.method].match
            template = match(call.payload) if match else None
            if template is None or call.call_id in left:
                others.append(call)
            elif template.prefix in by_prefix:
                by_prefix[template.prefix].calls.append(call)
            else:
                by_prefix[template.prefix] = CallGroup(template, [call])
        for template, alike in sorted(by_prefix.values(), key=lambda group: group.template.priority):
            calls_in_batch = max(1, self._max_batch_size // template.shape[0])
            for start in range(0, len(alike), calls_in_batch):
                yield CallGroup(template, alike[start : start + calls_in_batch])

    def _compute(self, group: CallGroup, begun: float) -> list[bytes] | None:
        """The serialised response to each call, or None if they must be handled one by one."""
        template, calls = group
        served = self._catalog.find(template.model, template.version, template.alias)
        size, *shape = template.shape
        if tuple(shape) != served.model.input_shape or size > self._max_batch_size:
            return None
        waited = time.monotonic() - begun
        if waited >= min(template.timeout_seconds, *(call.details[2] or template.timeout_seconds for call in calls)):
            return None
        start = len(template.prefix)
        pixels = b"".join([memoryview(call.payload)[start:] for call in calls])
        images = np.frombuffer(pixels, np.uint8).reshape(-1, *shape)
        outputs = self._runner.compute_now(served.batcher, images, [waited] * len(calls))
        if outputs is None:
            return None
        return responses(template.outputs, served.model, outputs, len(calls))
