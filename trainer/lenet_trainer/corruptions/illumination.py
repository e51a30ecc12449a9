"""The light on the page: a gradient to one side, and the shadow of a hand or a phone."""

import math

import numpy as np
from numpy.typing import NDArray

from lenet_trainer.corruptions.recipe import Recipe, Shadow


def illumination(recipe: Recipe) -> NDArray[np.float32]:
    """Return the light at each pixel, [height, width]; 1 is full light."""
    rows, columns = np.mgrid[: recipe.height, : recipe.width].astype(np.float32)
    down, across = rows / recipe.height - 0.5, columns / recipe.width - 0.5
    level = np.ones_like(rows)
    if recipe.gradient != 1:
        angle = math.radians(recipe.gradient_degrees)
        reach = abs(math.sin(angle)) + abs(math.cos(angle))
        along = (down * math.sin(angle) + across * math.cos(angle)) / reach + 0.5
        level *= 1 - (1 - recipe.gradient) * along
    if recipe.shadow:
        shorter = min(recipe.height, recipe.width)
        level *= _shade(recipe.shadow, down * recipe.height / shorter, across * recipe.width / shorter)
    return np.asarray(level, np.float32)


def _shade(shadow: Shadow, down: NDArray[np.float32], across: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the light that a shadow leaves; `down` and `across` are distances from the centre, in shorter sides."""
    angle, distance = math.radians(shadow.degrees), shadow.radius - shadow.reach
    middle = distance * math.sin(angle), distance * math.cos(angle)
    outside = np.hypot(down - middle[0], across - middle[1]) - shadow.radius
    lit = np.clip(outside / shadow.softness + 0.5, 0, 1)
    return np.asarray(shadow.light + (1 - shadow.light) * lit, np.float32)
