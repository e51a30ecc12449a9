"""A call as the transports hand it over, and the call once it is with the model."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.call_context import Caller, CallTimings
from lenet_server.batching.job import Outputs
from lenet_server.inference.images import ImageArray, Images
from lenet_server.inference.model import Model
from lenet_server.inference.results import Classification, Prediction, Unreadable


@dataclass(slots=True)
class Call:
    """A request to classify images, free of gRPC and protobuf."""

    images: Images
    caller: Caller
    model: str = ""  # empty for the only model
    version: int = 0  # 0 for the newest
    top_k: int = 0  # 0 for the server's default
    priority: int = 0  # 0 for the server's default
    timeout_seconds: float = float("inf")  # how long the call may wait for the model, if its deadline is later
    all_or_nothing: bool = False  # whether one unreadable image fails the whole call
    request_id: str = ""  # the request's own id, of its message
    timings: CallTimings | None = None  # to be filled in for an access log or traces
    alias: str = ""  # of a version, instead of its number
    return_input: bool = False  # whether the results include the model's input


class PendingCall:
    """A call that the model may still be working on.

    Attributes: `caller`, and `model`, the version that answers.
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
        """`unreadable` has the reason for each unreadable image, by position; `done` is called by complete().

        `inputs`, [n, C, H, W], are the readable images, if the results are to include them.
        """
        self.caller = caller
        self.model = model
        self._top_k = top_k
        self._unreadable = unreadable
        self._done = done
        self._inputs = inputs
        self._outcome: Outputs | Exception

    def complete(self, outcome: Outputs | Exception) -> None:
        """Take the model's outputs for the readable images, or the error, and call `done`."""
        self._outcome = outcome
        self._done(self)

    def outputs(self) -> Outputs:
        """The model's outputs for the readable images. Raises the error that ended the call."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    def classification(self) -> Classification:
        """The best labels of each image. Raises the error that ended the call."""
        ranked = self._rank(self.outputs().probabilities)
        if self._inputs is not None:
            ranked = [
                replace(each, input=ImageArray(image.shape, image.tobytes()))
                for each, image in zip(ranked, self._inputs, strict=True)
            ]
        predictions = iter(ranked)
        results = [
            Unreadable(self._unreadable[position]) if position in self._unreadable else next(predictions)
            for position in range(len(self._unreadable) + len(ranked))
        ]
        return Classification(self.model.name, self.model.version, results)

    def _rank(self, probabilities: NDArray[np.float32]) -> list[Prediction]:
        labels = self.model.labels
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, : self._top_k]  # [n, k]
        scores = np.take_along_axis(probabilities, best, axis=1)  # [n, k]
        return [
            Prediction([(labels[index], score) for index, score in zip(*pair, strict=True)])
            for pair in zip(best.tolist(), scores.tolist(), strict=True)
        ]
