"""The protocol that records the figures of each epoch, for example in TensorBoard's event files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Scalars(Protocol):
    """Records figures by name."""

    def record(self, step: int, figures: Mapping[str, float]) -> None:
        """Record the figures after that many training steps."""


@dataclass(frozen=True)
class PrefixedScalars:
    """Records figures elsewhere, with a prefix before each name."""

    scalars: Scalars
    prefix: str

    def record(self, step: int, figures: Mapping[str, float]) -> None:
        """Record the figures after that many training steps."""
        self.scalars.record(step, {f"{self.prefix}{name}": value for name, value in figures.items()})
