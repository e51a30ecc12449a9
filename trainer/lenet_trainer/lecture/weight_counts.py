"""The lecture's argument for convolutions in numbers: what a fully connected layer needs beside a few filters."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """One layer, its parameters, and the arithmetic that gives them."""

    layer: str
    arithmetic: str
    parameters: int


def comparison(channels: int, height: int, width: int) -> list[Weights]:
    """The lecture's three layers, with those that look at a picture of this shape."""
    return [
        fully_connected("a picture of 1 megapixel", 10**6, 10**3, bias=False),
        fully_connected(f"a picture of {channels}×{height}×{width}", channels * height * width, 30, bias=True),
        filters(20, channels, 5, 5),
    ]


def fully_connected(picture: str, inputs: int, units: int, bias: bool) -> Weights:
    """A layer in which every unit sees every input."""
    arithmetic = f"{inputs:,} · {units:,}" + (f" + {units:,}" if bias else "")
    return Weights(f"{picture} to {units:,} units, all connected", arithmetic, inputs * units + bias * units)


def filters(count: int, channels: int, rows: int, columns: int) -> Weights:
    """A layer of filters, each with its bias, which are as many for a small picture as for a large one."""
    each = f"{rows} · {columns}" if channels == 1 else f"{channels} · {rows} · {columns}"
    arithmetic = f"{count} · ({each} + 1)"
    return Weights(f"{count} filters of {rows}×{columns}", arithmetic, count * (channels * rows * columns + 1))
