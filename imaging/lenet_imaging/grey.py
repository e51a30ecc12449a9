"""The lightness of a picture: one channel from three."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels


def to_grey(image: Pixels) -> Pixels:
    """Return a picture [H, W] or RGB [H, W, 3] as grey [H, W], with the weights of ITU-R BT.601."""
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
