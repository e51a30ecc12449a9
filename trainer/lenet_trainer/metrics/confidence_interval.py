"""How sure a share is that was counted on so many pictures."""

import math
from dataclasses import dataclass

QUANTILE = 1.959964  # of the normal distribution: 95 % of it lie within so many standard deviations


@dataclass(frozen=True)
class Interval:
    """Bounds of a share, from 0 to 1, that hold the true one in 95 of 100 cases."""

    low: float
    high: float


def wilson(right: int, images: int) -> Interval:
    """The 95 % interval of `right` out of `images` (Wilson, 1927); 0 to 1 where there are none.

    Other than the usual mean ± deviation it stays within 0 and 1 and is right for shares close to them.
    """
    if images == 0:
        return Interval(0.0, 1.0)
    share, square = right / images, QUANTILE**2
    middle = share + square / (2 * images)
    spread = QUANTILE * math.sqrt(share * (1 - share) / images + square / (4 * images**2))
    scale = 1 + square / images
    return Interval(max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))
