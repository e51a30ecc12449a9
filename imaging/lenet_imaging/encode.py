"""From an array of pixels to a PNG file, for those who keep or send what they have as arrays."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels


def encode_png(image: Pixels) -> bytes:
    """Return the picture uint8 [channels, H, W], grey (1 channel) or RGB (3), as the bytes of a PNG file.

    Raises ValueError for an array of another type or shape.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[0] not in (1, 3) or 0 in image.shape:
        raise ValueError(f"a picture is uint8 [1 or 3, height, width], not {image.dtype} {list(image.shape)}")
    blue_first = np.ascontiguousarray(image[::-1].transpose(1, 2, 0))
    _, data = cv2.imencode(".png", blue_first)
    return data.tobytes()
