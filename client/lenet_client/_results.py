"""What the client returns."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Prediction:
    """What the model says of one picture."""

    label: str
    """The best label."""
    score: float
    """Its softmax probability, 0 to 1."""
    top: tuple[tuple[str, float], ...]
    """The best labels with their scores, highest first; as many as were asked for."""


@dataclass(frozen=True)
class Model:
    """One version of a model that a server has."""

    name: str
    version: int
    labels: tuple[str, ...]
    input_shape: tuple[int, int, int]
    """One image: (C, H, W), uint8."""
    metadata: dict[str, str]
    """What the trainer wrote into the model file: dataset, test_accuracy, preprocessing, created …"""
    version_labels: tuple[str, ...] = ()
    """The labels that name this version, such as "stable"."""
