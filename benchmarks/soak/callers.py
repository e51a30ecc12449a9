"""The kinds of callers: unary and streaming stubs of both protocols, and the client library.

Those that retry have the client library's policy: a call that cannot connect fails and is retried. The others wait for
a connection (`wait_for_ready`), so they see only the failures of calls in flight at a killed worker.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

import grpc

from benchmarks.soak.expected import Outputs, Pictures
from benchmarks.soak.protocols import (
    CLASSIFIER,
    INFERENCE,
    LABELS,
    NO_LOGITS,
    RequestFailed,
    RequestSpec,
    Response,
    WireProtocol,
    scores,
)
from lenet_client import AsyncClient, ImageError, LenetError, Prediction

TIMEOUT_SECONDS = 30.0  # of a call; far above any expected duration
SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": [{"service": "lenet.v1.Classifier"}, {"service": "inference.GRPCInferenceService"}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 3,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}
FIRST_BACKOFF_SECONDS = 0.08  # of the policy, with its jitter


class Caller(Protocol):
    """Sends up to `max_requests` requests in one call; `retrying` tells whether a failed call is retried."""

    retrying: bool
    max_requests: int

    def send(self, requests: Sequence[RequestSpec]) -> AsyncIterator[Response]:
        """Yield the responses, in any order. Raises one of FAILURES if the call fails."""

    async def close(self) -> None:
        """Close the connection."""


class UnaryCaller:
    """A generated stub, one request a call.

    ModelInfer requests carry no id, so that the server can coalesce those with equal prefixes; a unary call gets no
    response but its own.
    """

    max_requests = 1

    def __init__(self, address: str, pictures: Pictures, protocol: WireProtocol, *, retrying: bool) -> None:
        self.retrying = retrying
        self._pictures = pictures
        self._protocol = protocol
        self._channel = open_channel(address, retrying=retrying)
        self._method = protocol.unary(self._channel)

    async def send(self, requests: Sequence[RequestSpec]) -> AsyncIterator[Response]:
        """See Caller."""
        for each in requests:
            request = self._protocol.write(each, self._pictures)
            if self._protocol is INFERENCE:
                request.id = ""
            call = self._method(request, timeout=TIMEOUT_SECONDS, wait_for_ready=not self.retrying)
            response = self._protocol.read(await call)
            yield response if request.id else replace(response, id=each.id)

    async def close(self) -> None:
        """See Caller."""
        await self._channel.close()


class StreamCaller:
    """A generated stub that sends several requests on a stream. A stream cannot be retried once it has begun."""

    retrying = False
    max_requests = 8

    def __init__(self, address: str, pictures: Pictures, protocol: WireProtocol) -> None:
        self._pictures = pictures
        self._protocol = protocol
        self._channel = open_channel(address, retrying=False)
        self._method = protocol.stream(self._channel)

    async def send(self, requests: Sequence[RequestSpec]) -> AsyncIterator[Response]:
        """See Caller."""
        requests = [self._protocol.write(each, self._pictures) for each in requests]
        async for response in self._method(iter(requests), timeout=TIMEOUT_SECONDS, wait_for_ready=True):
            yield self._protocol.read(response)

    async def close(self) -> None:
        """See Caller."""
        await self._channel.close()


class LibraryCaller:
    """A program that uses the client library."""

    retrying = True
    max_requests = 1

    def __init__(self, address: str, pictures: Pictures) -> None:
        self._pictures = pictures
        self._client = AsyncClient(address, timeout=TIMEOUT_SECONDS)

    async def send(self, requests: Sequence[RequestSpec]) -> AsyncIterator[Response]:
        """See Caller."""
        for each in requests:
            images: Any = self._pictures.files if each.encoded else self._pictures.pixels
            chosen = [images[at] for at in each.chosen]
            results = await self._client.classify_batch(chosen, model=each.model, top_k=LABELS)
            tops = [result.top for result in results if isinstance(result, Prediction)]
            yield Response(each.id, each.model, 0, Outputs(scores(tops), NO_LOGITS))

    async def close(self) -> None:
        """See Caller."""
        await self._client.close()


def open_channel(address: str, *, retrying: bool) -> grpc.aio.Channel:
    """A connection of the caller's own to HOST:PORT."""
    options: list[tuple[str, str | int]] = [
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.enable_retries", int(retrying)),
    ]
    if retrying:
        options.append(("grpc.service_config", json.dumps(SERVICE_CONFIG)))
    return grpc.aio.insecure_channel(address, options)


def make(number: int, address: str, pictures: Pictures) -> Caller:
    """Return caller `number`: of eight in a row four retry, and two of the other four stream."""
    match number % 8:
        case 0 | 1:
            return LibraryCaller(address, pictures)
        case 2 | 4:
            return UnaryCaller(address, pictures, CLASSIFIER, retrying=number % 8 == 2)
        case 3 | 5:
            return UnaryCaller(address, pictures, INFERENCE, retrying=number % 8 == 3)
        case 6:
            return StreamCaller(address, pictures, CLASSIFIER)
        case _:
            return StreamCaller(address, pictures, INFERENCE)


CONNECTION_LOST = 'Failed "execute_batch": (<grpc._cython.cygrpc.SendMessageOperation'
"""grpc.aio reports a connection lost during a stream's write as INTERNAL with this text."""

FAILURES = (grpc.aio.AioRpcError, LenetError, RequestFailed)


def status_of(error: BaseException) -> str:
    """Return the name of the gRPC status of a failed call."""
    if isinstance(error, RequestFailed):
        return error.code
    if isinstance(error, ImageError):
        return "INVALID_ARGUMENT"
    cause = error if isinstance(error, grpc.aio.AioRpcError) else error.__cause__
    if not isinstance(cause, grpc.aio.AioRpcError):
        return type(error).__name__
    return "UNAVAILABLE" if CONNECTION_LOST in (cause.debug_error_string() or "") else cause.code().name
