"""The lecture's seven kernels, and a picture seen through each of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import Preprocessing, fit
from lenet_trainer.errors import DatasetError
from lenet_trainer.reference.layers import Array, convolve

LONGEST_SIDE = 256  # pixels; more would be averaged in the drawing, and with them what 3×3 kernels do


@dataclass(frozen=True)
class Kernel:
    """A kernel of 3×3 whole numbers, to be divided by `divisor`. An edge detector's values sum up to 0."""

    name: str
    values: tuple[tuple[int, int, int], ...]
    divisor: int = 1

    @property
    def finds_edges(self) -> bool:
        """Whether an even area gives 0, so that answers lie on both sides of it."""
        return sum(map(sum, self.values)) == 0

    @property
    def weights(self) -> Array:
        """The kernel as [1, 1, 3, 3]."""
        return np.array([[self.values]], np.float64) / self.divisor


KERNELS = (
    Kernel("identity", ((0, 0, 0), (0, 1, 0), (0, 0, 0))),
    Kernel("edges, diagonal", ((1, 0, -1), (0, 0, 0), (-1, 0, 1))),
    Kernel("edges, 4 neighbours", ((0, 1, 0), (1, -4, 1), (0, 1, 0))),
    Kernel("edges, 8 neighbours", ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))),
    Kernel("sharpen", ((0, -1, 0), (-1, 5, -1), (0, -1, 0))),
    Kernel("box blur", ((1, 1, 1), (1, 1, 1), (1, 1, 1)), 9),
    Kernel("Gaussian blur", ((1, 2, 1), (2, 4, 2), (1, 2, 1)), 16),
)


def apply_kernel(kernel: Kernel, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture [1 or 3, H, W] through a kernel, each colour on its own, without padding: [1 or 3, H − 2, W − 2].

    What leaves 0 to 255 is cut off; of an edge detector's answers the amount is taken.
    """
    answers = convolve(picture[:, None].astype(np.float64), kernel.weights)[:, 0]  # [C, H − 2, W − 2]
    if kernel.finds_edges:
        answers = np.abs(answers)
    rounded: NDArray[np.uint8] = np.rint(answers.clip(0, 255)).astype(np.uint8)
    return rounded


def drawable(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A decoded picture [H, W] or [H, W, 3] as [1 or 3, H, W], made smaller where it is larger than its drawing.

    Raises DatasetError where it is smaller than a kernel.
    """
    height, width = picture.shape[:2]
    if min(height, width) < 3:
        raise DatasetError(f"the picture has {height}×{width} pixels; a kernel needs 3×3")
    shrink = min(1.0, LONGEST_SIDE / max(height, width))
    rows, columns = max(3, round(height * shrink)), max(3, round(width * shrink))
    small: NDArray[np.uint8] = fit(picture, Preprocessing("resize", 1 if picture.ndim == 2 else 3, rows, columns))
    return small
