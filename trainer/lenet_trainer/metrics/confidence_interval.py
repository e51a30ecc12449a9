"""The confidence interval of an accuracy measured on a number of images."""

import math
from dataclasses import dataclass

QUANTILE = 1.959964  # standard deviations around the mean that hold 95 % of a normal distribution


@dataclass(frozen=True)
class Interval:
    """The bounds, from 0 to 1, of a 95 % confidence interval."""

    low: float
    high: float


def wilson(right: int, images: int) -> Interval:
    """Return the 95 % score interval of `right` out of `images` (Wilson, 1927); 0 to 1 for no images.

    Unlike the normal approximation, mean ± deviation, it stays within 0 and 1 and is accurate close to them.
    """
    if images == 0:
        return Interval(0.0, 1.0)
    share, square = right / images, QUANTILE**2
    middle = share + square / (2 * images)
    spread = QUANTILE * math.sqrt(share * (1 - share) / images + square / (4 * images**2))
    scale = 1 + square / images
    return Interval(max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))
