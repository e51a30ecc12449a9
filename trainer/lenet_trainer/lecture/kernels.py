"""The lecture's seven kernels, applied to an image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import Preprocessing, fit
from lenet_trainer.errors import DatasetError
from lenet_trainer.reference.layers import Array, convolve

LONGEST_SIDE = 256  # pixels; the plot would average more, and so hide the effect of 3×3 kernels


@dataclass(frozen=True)
class Kernel:
    """A kernel of 3×3 whole numbers, to be divided by `divisor`."""

    name: str
    values: tuple[tuple[int, int, int], ...]
    divisor: int = 1

    @property
    def finds_edges(self) -> bool:
        """Whether the values sum up to 0: a uniform area gives 0, an edge positive or negative values."""
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
    """Return an image [1 or 3, H, W] convolved with a kernel, channel by channel, unpadded: [1 or 3, H − 2, W − 2].

    Values are clipped to 0 to 255; an edge detector's are made positive first.
    """
    outputs = convolve(picture[:, None].astype(np.float64), kernel.weights)[:, 0]  # [C, H − 2, W − 2]
    if kernel.finds_edges:
        outputs = np.abs(outputs)
    rounded: NDArray[np.uint8] = np.rint(outputs.clip(0, 255)).astype(np.uint8)
    return rounded


def drawable(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a decoded image [H, W] or [H, W, 3] as [1 or 3, H, W], scaled down to at most LONGEST_SIDE.

    Raises DatasetError if it is smaller than a kernel.
    """
    height, width = picture.shape[:2]
    if min(height, width) < 3:
        raise DatasetError(f"the picture has {height}×{width} pixels; a kernel needs 3×3")
    shrink = min(1.0, LONGEST_SIDE / max(height, width))
    rows, columns = max(3, round(height * shrink)), max(3, round(width * shrink))
    small: NDArray[np.uint8] = fit(picture, Preprocessing("resize", 1 if picture.ndim == 2 else 3, rows, columns))
    return small
