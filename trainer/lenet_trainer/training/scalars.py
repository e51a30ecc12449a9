"""Where the figures of a training go that somebody wants to see as curves."""

from collections.abc import Mapping
from typing import Protocol


class Scalars(Protocol):
    """Receives figures by name, as of a number of steps."""

    def record(self, step: int, figures: Mapping[str, float]) -> None:
        """Take down the figures after that many steps."""
