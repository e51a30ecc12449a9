"""The results of a call: for each image its best labels, or the reason why it could not be read."""

from dataclasses import dataclass

from lenet_server.inference.images import ImageArray


@dataclass(frozen=True)
class Prediction:
    """The best labels of one image with their probabilities, highest first."""

    top: list[tuple[str, float]]
    input: ImageArray | None = None  # the model's input, if the request asks for it


@dataclass(frozen=True)
class Unreadable:
    """The reason why one image has no prediction."""

    reason: str


@dataclass(frozen=True)
class Classification:
    """The results of one call, in the order of its images."""

    model: str
    version: int
    results: list[Prediction | Unreadable]
