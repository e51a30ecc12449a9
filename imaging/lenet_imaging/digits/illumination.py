"""Evening out the light: a lamp to one side, a hand's shadow, and the paper is equally light everywhere again."""

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.border import border
from lenet_imaging.grey import to_grey

_SMOOTH = 1.5  # working pixels: noise must not pass for light
_REACH = 0.25  # of the picture's longer side: whatever is darker over less than this is ink, over more it is shade
_EVEN = 0.04  # of the paper's level: the border of an evenly lit sheet strays no further from a plane
_LEAST = 4.0  # grey levels; the same for paper so dark that its part would be less
_DARKEST = 0.15  # of the brightest light: less is not trusted, for it would make much of noise
_BLACK = 8.0  # grey levels; paper that is darker tells nothing of the light
_ROUNDS = 8  # of fitting the plane


class Uneven(NamedTuple):
    """Uneven light: the paper's level [H, W] where a plane describes it, None where shadows need a closer look."""

    plane: Ink | None
    ink_is_dark: bool


def smooth_grey(image: Pixels) -> Pixels:
    """Return a small picture [H, W] or [H, W, 3] as grey [H, W] with less noise."""
    return np.asarray(cv2.blur(to_grey(image), (3, 3)), np.uint8)


def uneven_illumination(grey: Pixels, edge: Pixels) -> Uneven | None:
    """Return how the light falls on a small picture, from its smooth_grey [H, W]; None for even light.

    `edge` has the grey levels of its outermost rows and columns, sorted. A picture of about 100 pixels serves: light
    falls off slowly, and that there is a shadow shows at its border.
    """
    level = float(edge[edge.size // 2])
    tolerance = max(_EVEN * level, _LEAST)
    if level < 2 * _BLACK or float(edge[-1]) - float(edge[0]) <= 2 * tolerance:
        return None
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
        return Uneven(None, _ink_is_dark(grey))
    return Uneven(plane, ink_is_dark=False) if np.ptp(plane) > 2 * tolerance else None


def light_of(paper: Ink) -> Ink:
    """Return the light [H, W], 1 for the brightest pixel, that makes paper of one colour have these levels [H, W]."""
    paper = np.maximum(paper, _BLACK)
    return np.asarray(np.clip(paper / np.percentile(paper, 90), _DARKEST, 1), np.float32)


def under_even_illumination(image: Pixels, light: Ink) -> Pixels:
    """Return a picture [H, W] or [H, W, 3] as it would be if all of it had as much light as the brightest pixel.

    `light` shows the same place at any size. Light multiplies what paper and ink reflect, so it is divided out.
    """
    gain = cv2.resize(1 / light, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    if image.ndim == 3:
        gain = cv2.merge([gain, gain, gain])
    return np.asarray(cv2.multiply(image, gain, dtype=cv2.CV_8U), np.uint8)


def _without_ink(grey: Pixels) -> Ink:
    """Return the border of a picture [H, W] as border() does, without what covers less than a quarter of a side."""
    top, bottom, left, right = (
        _median(side, _odd(len(side) // 2)) for side in (grey[0], grey[-1], grey[:, 0], grey[:, -1])
    )
    return np.concatenate([top, bottom, left[1:-1], right[1:-1]]).astype(np.float32)


def _plane_through(values: Ink, height: int, width: int) -> Ink:
    """Return the plane [H, W] that most values of the border [pixels] lie on."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    terms = np.stack([np.ones_like(rows), rows / height, columns / width], axis=-1)  # [H, W, 3]
    places = border(terms)
    weights: npt.NDArray[np.floating[Any]] = np.ones_like(values)
    solution: npt.NDArray[np.floating[Any]] = np.zeros(3, np.float32)
    for _ in range(_ROUNDS):
        # Weighted by the inverse of what is left over, the fit of least squares is that of the least absolute values.
        weighted = places * weights[:, np.newaxis]
        solution = np.linalg.solve(weighted.T @ places + 1e-6 * np.eye(3, dtype=np.float32), weighted.T @ values)
        weights = 1 / np.maximum(np.abs(values - places @ solution), 1.0)
    return np.asarray(terms @ solution, np.float32)


def paper_under_ink(image: Pixels, *, ink_is_dark: bool) -> Ink:
    """Return the level of the paper [H, W] of a picture of working size: all that is narrow in it is covered."""
    grey = np.asarray(cv2.GaussianBlur(to_grey(image), (0, 0), _SMOOTH), np.uint8)
    reach = max(3, round(_REACH * max(grey.shape)))
    kernel = np.ones((reach, reach), np.uint8)
    covered = cv2.morphologyEx(grey, cv2.MORPH_CLOSE if ink_is_dark else cv2.MORPH_OPEN, kernel)
    return np.asarray(cv2.GaussianBlur(covered.astype(np.float32), (0, 0), _SMOOTH), np.float32)


def _ink_is_dark(grey: Pixels) -> bool:
    stray = np.subtract(grey, cv2.medianBlur(grey, _odd(max(3, round(_REACH * max(grey.shape))))), dtype=np.float32)
    return float(np.sum(stray * stray * stray)) < 0


def _median(row: Pixels, width: int) -> Pixels:
    """Return the running median of a row, its ends repeated. OpenCV's fails on some rows of a single line."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(row, width // 2, mode="edge"), width)
    return np.partition(windows, width // 2, axis=1)[:, width // 2]


def _odd(number: int) -> int:
    return number | 1
