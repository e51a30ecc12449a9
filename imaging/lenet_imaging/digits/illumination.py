"""Evening out the light: a lamp to one side, a hand's shadow, and the paper is equally light everywhere again."""

import cv2
import numpy as np

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.border import border
from lenet_imaging.grey import to_grey

_SMOOTH = 1.5  # working pixels: noise must not pass for light
_REACH = 0.25  # of the picture's longer side: whatever is darker over less than this is ink, over more it is shade
_EVEN = 0.04  # of the paper's level: the border of an evenly lit sheet strays no further from a plane
_LEAST = 4.0  # grey levels; the same for paper so dark that its part would be less
_DARKEST = 0.15  # of the brightest light: less is not trusted, for it would make much of noise
_BLACK = 8.0  # grey levels; paper that is darker tells nothing of the light


def uneven_illumination(image: Pixels) -> Ink | None:
    """Return how much light falls on each pixel of a picture [H, W] or [H, W, 3] of working size, 1 for the brightest.

    None is for even light.
    """
    grey = np.asarray(cv2.GaussianBlur(to_grey(image).astype(np.float32), (0, 0), _SMOOTH), np.float32)
    paper_at_border = _without_ink(grey)
    level = float(np.median(paper_at_border))
    if level < 2 * _BLACK:
        return None
    tolerance = max(_EVEN * level, _LEAST)
    if np.ptp(paper_at_border) <= 2 * tolerance:
        return None
    plane = _plane_through(paper_at_border, *grey.shape)
    stray = float(np.percentile(np.abs(paper_at_border - border(plane)), 90))
    if stray > tolerance:
        paper = _paper_everywhere(grey)
    elif np.ptp(plane) > 2 * tolerance:
        paper = plane
    else:
        return None
    paper = np.maximum(paper, _BLACK)
    return np.asarray(np.clip(paper / np.percentile(paper, 90), _DARKEST, 1), np.float32)


def under_even_illumination(image: Pixels, light: Ink) -> Pixels:
    """Return the picture as it would be if all pixels had as much light as the brightest.

    Light multiplies what paper and ink send back, so it is divided out.
    """
    if image.ndim == 3:
        light = light[:, :, np.newaxis]
    return np.rint(np.clip(image / light, 0, 255)).astype(np.uint8)


def _without_ink(grey: Ink) -> Ink:
    """Return the border of a picture [H, W] as border() does, without what covers less than a quarter of a side."""
    rounded = np.clip(grey, 0, 255).astype(np.uint8)
    top, bottom, left, right = (
        cv2.medianBlur(np.ascontiguousarray(side)[np.newaxis], _odd(len(side) // 2))[0]
        for side in (rounded[0], rounded[-1], rounded[:, 0], rounded[:, -1])
    )
    return np.concatenate([top, bottom, left[1:-1], right[1:-1]]).astype(np.float32)


def _plane_through(values: Ink, height: int, width: int) -> Ink:
    """Return the plane [H, W] that most values of the border [pixels] lie on."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    terms = np.stack([np.ones_like(rows), rows / height, columns / width], axis=-1)  # [H, W, 3]
    places = border(terms)
    weights = np.ones_like(values)
    solution = np.zeros(3, np.float32)
    for _ in range(8):
        # Weighted by the inverse of what is left over, the fit of least squares is that of the least absolute values.
        root = np.sqrt(weights)
        solution = np.linalg.lstsq(places * root[:, np.newaxis], values * root, rcond=None)[0]
        weights = 1 / np.maximum(np.abs(values - places @ solution), 1.0)
    return np.asarray(terms @ solution, np.float32)


def _paper_everywhere(grey: Ink) -> Ink:
    """Return the level of the paper [H, W], where there is ink too: what is left when all small things are covered."""
    reach = max(3, round(_REACH * max(grey.shape)))
    kernel = np.ones((reach, reach), np.uint8)
    usual = cv2.medianBlur(np.clip(grey, 0, 255).astype(np.uint8), _odd(reach))
    ink_is_dark = float(np.sum((grey - usual) ** 3)) < 0
    covered = cv2.morphologyEx(grey, cv2.MORPH_CLOSE if ink_is_dark else cv2.MORPH_OPEN, kernel)
    return np.asarray(cv2.GaussianBlur(covered, (0, 0), _SMOOTH), np.float32)


def _odd(number: int) -> int:
    return number | 1
