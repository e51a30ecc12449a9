"""How sure one can be of a proportion that was counted."""

import math

Z = 1.959964  # of the normal distribution: 95 % lie within so many standard deviations


def wilson_interval(right: int, total: int) -> tuple[float, float]:
    """The 95 % confidence interval of a proportion, 0 to 1, by Wilson's score method; `total` is at least 1."""
    share, squared = right / total, Z * Z / total
    centre = (share + squared / 2) / (1 + squared)
    half = Z * math.sqrt(share * (1 - share) / total + squared / (4 * total)) / (1 + squared)
    return max(0.0, centre - half), min(1.0, centre + half)
