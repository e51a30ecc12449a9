"""One call on its way: find the model, read the pictures, queue, and rank the labels when the model has answered.

Knows nothing of gRPC or protobuf, so that every transport feeds the same core.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import ImageError, Limits, prepare
from lenet_server.catalog import Catalog, ServedModel
from lenet_server.errors import InvalidRequest
from lenet_server.job import Job, Outputs

DEFAULT_TOP_K = 3


@dataclass(frozen=True)
class Pixels:
    """An array that is said to have the model's input shape already."""

    shape: tuple[int, ...]  # (C, H, W)
    data: bytes  # uint8, row-major


@dataclass(frozen=True)
class Call:
    """What a caller asks for."""

    images: Sequence[bytes | Pixels]  # bytes: a picture file as it is
    model: str = ""
    version: int = 0
    top_k: int = 0
    deadline: float = float("inf")  # in the seconds of time.monotonic()
    cancelled: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Prediction:
    """The best labels of one image with their probabilities, highest first."""

    top: list[tuple[str, float]]


@dataclass(frozen=True)
class Unreadable:
    """Why one image got no prediction."""

    reason: str


@dataclass(frozen=True)
class Answer:
    """The results of one call, in the order of its images."""

    model: str
    version: int
    results: list[Prediction | Unreadable]


class PendingCall:
    """A call that the model may still be working on."""

    def __init__(self, served: ServedModel, top_k: int, unreadable: dict[int, Unreadable]) -> None:
        self._served = served
        self._top_k = top_k
        self._unreadable = unreadable
        self._outcome: Outputs | Exception | None = None

    def settle(self, outcome: Outputs | Exception | None) -> None:
        """Take the model's outputs, or why there are none. None: there was no readable image to compute."""
        self._outcome = outcome

    def answer(self) -> Answer:
        """Rank the labels of each image. Raises what ended the call where it failed as a whole."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        predictions = iter(self._rank(self._outcome.probabilities) if self._outcome else [])
        total = len(self._unreadable) + (len(self._outcome.probabilities) if self._outcome else 0)
        model = self._served.model
        return Answer(model.name, model.version, [self._unreadable.get(i) or next(predictions) for i in range(total)])

    def _rank(self, probabilities: NDArray[np.float32]) -> list[Prediction]:
        self._served.metrics.predicted(probabilities)
        labels = self._served.model.labels
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, : self._top_k]  # [n, k]
        scores = np.take_along_axis(probabilities, best, axis=1)  # [n, k]
        return [
            Prediction([(labels[index], score) for index, score in zip(*pair, strict=True)])
            for pair in zip(best.tolist(), scores.tolist(), strict=True)
        ]


class Classifier:
    """Starts calls; the batchers finish them."""

    def __init__(self, catalog: Catalog, limits: Limits) -> None:
        self._catalog = catalog
        self._limits = limits

    def start(self, call: Call, done: Callable[[PendingCall], None]) -> None:
        """Check the call, read its pictures and queue it; `done` is told when its answer can be had.

        `done` may be called from another thread, before start() returns or after. Raises a ServingError, and never
        calls `done`, where the call is refused as a whole.
        """
        served = self._catalog.find(call.model, call.version)
        top_k = _checked_top_k(call.top_k, served.model.labels)
        if not call.images:
            raise InvalidRequest("the request has no image")
        images, unreadable = self._read(call.images, served)
        pending = PendingCall(served, top_k, unreadable)

        def reply(outcome: Outputs | Exception | None) -> None:
            pending.settle(outcome)
            done(pending)

        if images:
            served.batcher.submit(Job(np.stack(images), reply, call.deadline, call.cancelled))
        else:
            reply(None)

    def _read(
        self, images: Sequence[bytes | Pixels], served: ServedModel
    ) -> tuple[list[NDArray[np.uint8]], dict[int, Unreadable]]:
        """The images that can be read, each [C, H, W], and the reasons for the others by their position."""
        readable: list[NDArray[np.uint8]] = []
        unreadable: dict[int, Unreadable] = {}
        for position, image in enumerate(images):
            try:
                if isinstance(image, Pixels):
                    readable.append(_array(image, served.model.input_shape))
                else:
                    start = time.perf_counter()
                    readable.append(prepare(image, served.model.preprocessing, self._limits))
                    served.metrics.decoded(time.perf_counter() - start)
            except (ImageError, InvalidRequest) as error:
                unreadable[position] = Unreadable(str(error))
        return readable, unreadable


def _checked_top_k(top_k: int, labels: list[str]) -> int:
    if not 0 <= top_k <= len(labels):
        raise InvalidRequest(f"top_k is {top_k}: 1 to {len(labels)} is possible, or 0 for the server's choice")
    return top_k or min(DEFAULT_TOP_K, len(labels))


def _array(pixels: Pixels, input_shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    if pixels.shape != input_shape:
        raise InvalidRequest(f"the array's shape is {list(pixels.shape)}: the model takes {list(input_shape)}")
    size = int(np.prod(input_shape))
    if len(pixels.data) != size:
        raise InvalidRequest(f"the array has {len(pixels.data)} bytes: its shape {list(input_shape)} needs {size}")
    return np.frombuffer(pixels.data, np.uint8).reshape(input_shape)
