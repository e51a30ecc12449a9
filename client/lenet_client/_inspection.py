"""What a model was given, beside what it answered: for whoever wants to see why an answer is as it is."""

from dataclasses import dataclass

from lenet_client._results import Prediction


@dataclass(frozen=True)
class ModelInput:
    """An image as the model was given it."""

    shape: tuple[int, int, int]
    """(C, H, W)."""
    data: bytes
    """C·H·W bytes, row-major."""


@dataclass(frozen=True)
class Inspection:
    """An answer, and what it was given for."""

    prediction: Prediction
    input: ModelInput
    model: str
    version: int
