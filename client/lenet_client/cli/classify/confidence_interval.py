"""The confidence interval of a measured proportion."""

import math

Z = 1.959964  # the 97.5th percentile of the standard normal distribution, for a two-sided 95 % interval


def wilson_interval(right: int, total: int) -> tuple[float, float]:
    """The 95 % confidence interval of right / total by Wilson's score method (1927); `total` is at least 1."""
    share, squared = right / total, Z * Z / total
    centre = (share + squared / 2) / (1 + squared)
    half = Z * math.sqrt(share * (1 - share) / total + squared / (4 * total)) / (1 + squared)
    return max(0.0, centre - half), min(1.0, centre + half)
