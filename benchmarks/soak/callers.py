"""The kinds of callers: each asks about pictures in its own way, and says what it was answered.

Those that retry have the client library's policy: a call that cannot connect fails and is tried again. The others wait
until they are connected, so that all they see of a killed worker are the calls that it had.
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
    UNTOLD,
    Answer,
    Language,
    Question,
    RequestFailed,
    scores,
)
from lenet_client import AsyncClient, ImageError, LenetError, Prediction

TIMEOUT_SECONDS = 30.0  # of a call; nothing should take so long
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
    """Asks up to `most_questions` in one call; `retrying` says whether a call is tried again."""

    retrying: bool
    most_questions: int

    def ask(self, questions: Sequence[Question]) -> AsyncIterator[Answer]:
        """The answers, in any order. Raises what `status_of` knows where the call fails."""

    async def close(self) -> None:
        """Hang up."""


class UnaryCaller:
    """A program with a generated stub: a request a call.

    It gives its requests no ids where their protocol lets the server take a shorter way with such as are like earlier
    ones: no answer but their own can come to such a call.
    """

    most_questions = 1

    def __init__(self, address: str, pictures: Pictures, language: Language, *, retrying: bool) -> None:
        self.retrying = retrying
        self._pictures = pictures
        self._language = language
        self._channel = open_channel(address, retrying=retrying)
        self._method = language.unary(self._channel)

    async def ask(self, questions: Sequence[Question]) -> AsyncIterator[Answer]:
        """See Caller."""
        for each in questions:
            request = self._language.write(each, self._pictures)
            if self._language is INFERENCE:
                request.id = ""
            call = self._method(request, timeout=TIMEOUT_SECONDS, wait_for_ready=not self.retrying)
            answer = self._language.read(await call)
            yield answer if request.id else replace(answer, id=each.id)

    async def close(self) -> None:
        """See Caller."""
        await self._channel.close()


class StreamCaller:
    """A program with a generated stub that puts several requests on a stream. Begun streams cannot be sent again."""

    retrying = False
    most_questions = 8

    def __init__(self, address: str, pictures: Pictures, language: Language) -> None:
        self._pictures = pictures
        self._language = language
        self._channel = open_channel(address, retrying=False)
        self._method = language.stream(self._channel)

    async def ask(self, questions: Sequence[Question]) -> AsyncIterator[Answer]:
        """See Caller."""
        requests = [self._language.write(each, self._pictures) for each in questions]
        async for response in self._method(iter(requests), timeout=TIMEOUT_SECONDS, wait_for_ready=True):
            yield self._language.read(response)

    async def close(self) -> None:
        """See Caller."""
        await self._channel.close()


class LibraryCaller:
    """A program that uses our client library."""

    retrying = True
    most_questions = 1

    def __init__(self, address: str, pictures: Pictures) -> None:
        self._pictures = pictures
        self._client = AsyncClient(address, timeout=TIMEOUT_SECONDS)

    async def ask(self, questions: Sequence[Question]) -> AsyncIterator[Answer]:
        """See Caller."""
        for each in questions:
            images: Any = self._pictures.files if each.encoded else self._pictures.pixels
            chosen = [images[at] for at in each.chosen]
            results = await self._client.classify_batch(chosen, model=each.model, top_k=LABELS)
            tops = [result.top for result in results if isinstance(result, Prediction)]
            yield Answer(each.id, each.model, 0, Outputs(scores(tops), UNTOLD))

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
    """The caller of that number: of eight in a row, four retry and four do not, and two of these hold streams."""
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


UNWRITTEN = 'Failed "execute_batch": (<grpc._cython.cygrpc.SendMessageOperation'
"""How grpc.aio tells, under the status INTERNAL of its own making, that a stream's connection is gone as it writes."""

FAILURES = (grpc.aio.AioRpcError, LenetError, RequestFailed)


def status_of(error: BaseException) -> str:
    """The name of the status with which a call failed."""
    if isinstance(error, RequestFailed):
        return error.code
    if isinstance(error, ImageError):
        return "INVALID_ARGUMENT"
    cause = error if isinstance(error, grpc.aio.AioRpcError) else error.__cause__
    if not isinstance(cause, grpc.aio.AioRpcError):
        return type(error).__name__
    return "UNAVAILABLE" if UNWRITTEN in (cause.debug_error_string() or "") else cause.code().name
