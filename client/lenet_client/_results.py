"""The values that the client returns: predictions, models, and a model's input for inspection."""

from dataclasses import dataclass
from typing import TypeAlias

from lenet_client._errors import ImageError


@dataclass(frozen=True)
class Prediction:
    """The model's prediction for one image."""

    label: str
    """The label with the highest score."""
    score: float
    """Its softmax probability, 0 to 1."""
    top: tuple[tuple[str, float], ...]
    """The `top_k` best labels with their scores, highest first."""


ImageResult: TypeAlias = Prediction | ImageError
"""The result for one image of a request: a prediction, or the reason why there is none."""


@dataclass(frozen=True)
class Model:
    """One version of a model on a server."""

    name: str
    version: int
    labels: tuple[str, ...]
    """The names of the classes, in the order of the model's output."""
    input_shape: tuple[int, int, int]
    """The shape of one image: (C, H, W), uint8."""
    metadata: dict[str, str]
    """What the trainer wrote into the model file: dataset, test_accuracy, preprocessing, created …"""
    version_labels: tuple[str, ...] = ()
    """The same as `version_aliases`, under its older name."""

    @property
    def version_aliases(self) -> tuple[str, ...]:
        """The names that the server has for this version, such as "stable"."""
        return self.version_labels


@dataclass(frozen=True)
class ModelInput:
    """One image as the model received it, after decoding and preprocessing."""

    shape: tuple[int, int, int]
    """(C, H, W)."""
    data: bytes
    """C·H·W bytes, row-major."""


@dataclass(frozen=True)
class Inspection:
    """A prediction together with the model input that it was made from."""

    prediction: Prediction
    input: ModelInput
    model: str
    version: int
