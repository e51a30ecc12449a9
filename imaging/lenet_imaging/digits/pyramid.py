"""A picture at full, half, quarter, … size, so that each step works at the size that it needs."""

import math
from typing import NamedTuple, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels
from lenet_imaging.scale import scale

Sample = TypeVar("Sample", bound=np.generic)


class Box(NamedTuple):
    """A rectangle in pixels; `bottom` and `right` are the first row and column after it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def longest(self) -> int:
        """The longer side."""
        return max(self.bottom - self.top, self.right - self.left)


class Pyramid:
    """A picture [H, W] or [H, W, 3] and its reductions by two, each made when it is first needed.

    A last odd row or column is left out of the next level: averaging two by two takes a tenth of the time of any other
    reduction.
    """

    def __init__(self, image: Pixels) -> None:
        self._levels = [image]
        self.box = Box(0, 0, *image.shape[:2])

    def level_of(self, longest: int, least: int) -> int:
        """Return how often to halve `longest` pixels so that at least `least` remain."""
        level = 0
        while longest >> (level + 1) >= least and min(self._level(level).shape[:2]) > 1:
            level += 1
        return level

    def part(self, box: Box, level: int) -> Pixels:
        """Return what a box of the full picture shows, reduced by two `level` times."""
        image = self._level(level)
        height, width = image.shape[:2]
        top, left = min(box.top >> level, height - 1), min(box.left >> level, width - 1)
        bottom, right = -(-box.bottom >> level), -(-box.right >> level)
        return image[top : max(bottom, top + 1), left : max(right, left + 1)]

    def view(self, box: Box, least: int) -> Pixels:
        """Return what a box of the picture shows, its longest side `least` to twice as many pixels, or all it has."""
        return self.part(box, self.level_of(box.longest, least))

    def scaled(self, box: Box, longest: int) -> Pixels:
        """Return a box of the picture, resized so that its longest side has the given number of pixels."""
        image = self.view(box, longest)
        factor = longest / max(image.shape[:2])
        return scale(image, max(1, round(image.shape[0] * factor)), max(1, round(image.shape[1] * factor)))

    def _level(self, level: int) -> Pixels:
        while len(self._levels) <= level:
            image = self._levels[-1]
            height, width = image.shape[0] // 2, image.shape[1] // 2
            even = image[: 2 * height, : 2 * width]
            self._levels.append(np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8))
        return self._levels[level]


def part_of(coarse: npt.NDArray[Sample], box: Box, part: Box) -> npt.NDArray[Sample]:
    """Return what a map of a box has for a part of that box."""
    down, across = coarse.shape[0] / (box.bottom - box.top), coarse.shape[1] / (box.right - box.left)
    top, left = math.floor((part.top - box.top) * down), math.floor((part.left - box.left) * across)
    bottom, right = math.ceil((part.bottom - box.top) * down), math.ceil((part.right - box.left) * across)
    return coarse[top : max(bottom, top + 1), left : max(right, left + 1)]
