"""What a model wants to be given: the way a picture is fitted, and the size and channels of the result."""

from dataclasses import dataclass
from typing import Literal, get_args

Fit = Literal["ink", "resize"]


@dataclass(frozen=True)
class Preprocessing:
    """How pictures become a model's input, uint8 [channels, height, width].

    `ink` finds one handwritten glyph and places it as MNIST did; it knows one channel, light ink on black.
    `resize` takes the picture as it is, grey (1 channel) or RGB (3). Raises ValueError for anything else.
    """

    fit: Fit
    channels: int
    height: int
    width: int

    def __post_init__(self) -> None:
        if self.fit not in get_args(Fit):
            raise ValueError(f"fit must be one of {', '.join(get_args(Fit))}, not {self.fit!r}")
        if self.channels not in (1, 3):
            raise ValueError(f"channels must be 1 (grey) or 3 (RGB), not {self.channels}")
        if self.fit == "ink" and self.channels != 1:
            raise ValueError(f"fit 'ink' gives 1 channel, not {self.channels}")
        if self.height < 1 or self.width < 1:
            raise ValueError(f"height and width must be at least 1, not {self.height} and {self.width}")
