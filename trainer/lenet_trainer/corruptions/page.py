"""What the camera sees: the digit in ink, printed lines, a box, and the desk beyond the edge of the paper."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet_trainer.corruptions.recipe import Recipe, RuledLines

FIELD, BOX = 28, 20  # pixels: MNIST scales a digit's longer side to 20 and centres it in 28

Cover = NDArray[np.float32]  # [height, width]: the covered fraction of each pixel, 0 to 1


def digit_size(recipe: Recipe) -> float:
    """Return the longer side of the digit, in pixels."""
    return max(float(BOX), recipe.part * min(recipe.height, recipe.width))


def digit_centre(recipe: Recipe) -> tuple[float, float]:
    """Return row and column of the digit's centre, far enough from the paper's edge for the whole digit to fit."""
    top, right, bottom, left = recipe.desk
    # Half the digit is 0.5; the rest leaves room for a rotation of 10° and for a box (drawn at 0.7, see frame_cover).
    needed = digit_size(recipe) * (0.62 + (0.15 + recipe.frame if recipe.frame else 0))
    rows = top * recipe.height + needed, (1 - bottom) * recipe.height - needed
    columns = left * recipe.width + needed, (1 - right) * recipe.width - needed
    return _between(rows, recipe.down), _between(columns, recipe.across)


def ink_cover(digit: NDArray[np.uint8], recipe: Recipe) -> Cover:
    """Return the cover of the ink of a digit uint8 [28, 28]."""
    row, column = digit_centre(recipe)
    scale = digit_size(recipe) / BOX
    turn = np.asarray(cv2.getRotationMatrix2D(((FIELD - 1) / 2, (FIELD - 1) / 2), recipe.degrees, scale), np.float64)
    turn[:, 2] += np.array((column - FIELD / 2, row - FIELD / 2))
    size = recipe.width, recipe.height
    enlarged = cv2.warpAffine(digit.astype(np.float32) / 255, turn, size, flags=cv2.INTER_CUBIC)
    # Enlarging blurs the digit; raising the contrast around 0.5 restores a pen's steep edges.
    return np.asarray(np.clip((enlarged - 0.5) * min(2.0, scale) + 0.5, 0, 1), np.float32)


def ruled_lines_cover(lines: RuledLines, recipe: Recipe) -> Cover:
    """Return the cover of the printed lines."""
    size = digit_size(recipe)
    spacing, thickness = lines.spacing * size, max(1.0, lines.thickness * size)
    rows, columns = np.mgrid[: recipe.height, : recipe.width].astype(np.float32)
    slope = math.radians(lines.degrees)
    cover = _stripes(rows * math.cos(slope) + columns * math.sin(slope), spacing, thickness, lines.offset)
    if lines.squared:
        across = _stripes(columns * math.cos(slope) - rows * math.sin(slope), spacing, thickness, lines.offset)
        cover = np.maximum(cover, across)
    return cover * np.float32(lines.strength)


def frame_cover(recipe: Recipe) -> Cover:
    """Return the cover of a box around the digit."""
    size = digit_size(recipe)
    row, column = digit_centre(recipe)
    half, thickness = size * 0.7, max(1.0, recipe.frame * size)
    rows, columns = np.mgrid[: recipe.height, : recipe.width].astype(np.float32)
    distance = np.maximum(np.abs(rows - row), np.abs(columns - column)) - half - thickness / 2
    return np.asarray(np.clip(thickness / 2 + 0.5 - np.abs(distance), 0, 1), np.float32)


def desk_mask(recipe: Recipe) -> NDArray[np.bool_]:
    """Return a mask of the pixels that show the desk, [height, width]."""
    top, right, bottom, left = recipe.desk
    mask = np.ones((recipe.height, recipe.width), np.bool_)
    rows = slice(round(top * recipe.height), recipe.height - round(bottom * recipe.height))
    mask[rows, round(left * recipe.width) : recipe.width - round(right * recipe.width)] = False
    return mask


def _stripes(place: Cover, spacing: float, thickness: float, offset: float) -> Cover:
    """Return stripes across one coordinate, anti-aliased over one pixel."""
    from_middle = np.abs((place - offset * spacing) % spacing - spacing / 2)
    return np.asarray(np.clip(thickness / 2 + 0.5 - from_middle, 0, 1), np.float32)


def _between(bounds: tuple[float, float], part: float) -> float:
    lowest, highest = bounds
    return (lowest + highest) / 2 if highest < lowest else lowest + part * (highest - lowest)
