"""Turning a picture upright: the orientation tag of EXIF and the eight ways a camera can have been held."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.decoding.tiff_directory import Directory

UPRIGHT = 1
_ORIENTATION = 0x0112
_PREFIX = b"Exif\0"  # and one byte more: JPEG's way, which older programs used in WebP and PNG too

# EXIF 2.3, tag 0x0112: (rotation or None, mirror left to right afterwards).
_TURNS: dict[int, tuple[int | None, bool]] = {
    2: (None, True),
    3: (cv2.ROTATE_180, False),
    4: (cv2.ROTATE_180, True),
    5: (cv2.ROTATE_90_CLOCKWISE, True),
    6: (cv2.ROTATE_90_CLOCKWISE, False),
    7: (cv2.ROTATE_90_COUNTERCLOCKWISE, True),
    8: (cv2.ROTATE_90_COUNTERCLOCKWISE, False),
}


def orientation(exif: bytes) -> int:
    """Return the orientation, 1 to 8, that an EXIF block states; 1 (upright) where it states none that is known.

    A damaged EXIF block counts as none, because the picture beside it can be whole.
    """
    try:
        block = exif[len(_PREFIX) + 1 :] if exif.startswith(_PREFIX) else exif
        stated = Directory(block).number(_ORIENTATION, UPRIGHT)
    except ValueError:
        return UPRIGHT
    return stated if stated in _TURNS else UPRIGHT


def turn_upright(image: Pixels, stated: int) -> Pixels:
    """Return the picture [H, W] or [H, W, channels] turned and mirrored as an orientation of 1 to 8 asks."""
    if stated not in _TURNS:
        return image
    rotation, mirrored = _TURNS[stated]
    if rotation is not None:
        image = np.asarray(cv2.rotate(image, rotation), np.uint8)
    return np.asarray(cv2.flip(image, 1), np.uint8) if mirrored else image
