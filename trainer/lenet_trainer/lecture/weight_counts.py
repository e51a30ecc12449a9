"""The lecture's argument for convolutions: the weights of fully connected layers compared with those of filters."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WeightCount:
    """One layer, its parameters, and the arithmetic that gives them."""

    layer: str
    arithmetic: str
    parameters: int


def weight_counts(channels: int, height: int, width: int) -> list[WeightCount]:
    """Return the lecture's three layers, the last two for images of this shape."""
    return [
        fully_connected("a picture of 1 megapixel", 10**6, 10**3, bias=False),
        fully_connected(f"a picture of {channels}×{height}×{width}", channels * height * width, 30, bias=True),
        filters(20, channels, 5, 5),
    ]


def fully_connected(picture: str, inputs: int, units: int, bias: bool) -> WeightCount:
    """Return the count of a layer in which every unit is connected to every input."""
    arithmetic = f"{inputs:,} · {units:,}" + (f" + {units:,}" if bias else "")
    return WeightCount(f"{picture} to {units:,} units, all connected", arithmetic, inputs * units + bias * units)


def filters(count: int, channels: int, rows: int, columns: int) -> WeightCount:
    """Return the count of a layer of filters with biases, which does not depend on the image's size."""
    each = f"{rows} · {columns}" if channels == 1 else f"{channels} · {rows} · {columns}"
    arithmetic = f"{count} · ({each} + 1)"
    return WeightCount(f"{count} filters of {rows}×{columns}", arithmetic, count * (channels * rows * columns + 1))
