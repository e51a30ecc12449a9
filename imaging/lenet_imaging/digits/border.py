"""The border of a picture, which on a page with a glyph in its middle is paper."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Sample = TypeVar("Sample", bound=np.generic)


def border(image: npt.NDArray[Sample]) -> npt.NDArray[Sample]:
    """Return the outermost pixels of [H, W] or [H, W, channels] in a row: [pixels] or [pixels, channels]."""
    return np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])
