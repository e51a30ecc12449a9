"""Digits as if drawn large, and how much a change of the drawing changes what the model is given."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging import Preprocessing, fit

Array = npt.NDArray[np.uint8]
INK = Preprocessing("ink", 1, 28, 28)


def drawn(digit: Array, factor: int = 8) -> Array:
    """The digit [28, 28] enlarged smoothly, light on black, as if drawn at that size."""
    return cv2.resize(digit, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def difference(one: Array, other: Array) -> float:
    """The mean difference of two pictures, in grey levels of 255."""
    return float(np.abs(one.astype(np.int32) - other.astype(np.int32)).mean())


def mean_difference(digits: Array, change: Callable[[Array], Array]) -> float:
    """How much a change of the drawing changes the result, over fifty digits."""
    return float(np.mean([difference(fit(drawn(digit), INK), fit(change(drawn(digit)), INK)) for digit in digits[:50]]))
