"""The fit `resize`: the whole picture, in the model's colours and at its size."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.grey import to_grey
from lenet_imaging.scale import scale


def fit_resize(image: Pixels, channels: int, height: int, width: int) -> Pixels:
    """Return the picture as uint8 [channels, height, width], its proportions given up where they differ."""
    if channels == 1:
        return scale(to_grey(image), height, width)[np.newaxis]
    scaled = scale(image, height, width)
    if scaled.ndim == 2:
        scaled = np.asarray(cv2.cvtColor(scaled, cv2.COLOR_GRAY2RGB), np.uint8)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1))
