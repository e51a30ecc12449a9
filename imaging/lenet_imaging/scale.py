"""Changing the size of a picture without losing thin lines or inventing stairs."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels


def scale(image: Pixels, height: int, width: int) -> Pixels:
    """Return the picture [H, W] or [H, W, 3] at exactly the given height and width, in pixels.

    Each direction is averaged over areas where it shrinks, so that nothing falls between two samples, and
    interpolated with cubics where it grows.
    """
    shrunk_height, shrunk_width = min(height, image.shape[0]), min(width, image.shape[1])
    if (shrunk_height, shrunk_width) != image.shape[:2]:
        image = np.asarray(cv2.resize(image, (shrunk_width, shrunk_height), interpolation=cv2.INTER_AREA), np.uint8)
    if (shrunk_height, shrunk_width) != (height, width):
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    return image
