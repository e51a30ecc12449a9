"""What a call is answered: for each image the best labels, or why there are none."""

from dataclasses import dataclass

from lenet_server.inference.images import Pixels


@dataclass(frozen=True)
class Prediction:
    """The best labels of one image with their probabilities, highest first."""

    top: list[tuple[str, float]]
    input: Pixels | None = None  # what the model was given, where the caller asks for it


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
