"""Renders a digit by a recipe, and encodes the image as a file."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet_trainer.corruptions.illumination import illumination
from lenet_trainer.corruptions.page import Cover, desk_mask, digit_size, frame_cover, ink_cover, ruled_lines_cover
from lenet_trainer.corruptions.recipe import Colour, Recipe


def render(digit: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return RGB uint8 [height, width, 3] of a digit uint8 [28, 28], light on black as in MNIST."""
    picture = np.empty((recipe.height, recipe.width, 3), np.float32)
    picture[:] = recipe.paper
    if recipe.ruled_lines:
        picture = _inked(picture, ruled_lines_cover(recipe.ruled_lines, recipe), recipe.ink)
    if recipe.frame:
        picture = _inked(picture, frame_cover(recipe), recipe.ink)
    picture = _inked(picture, ink_cover(digit, recipe), recipe.ink)
    if any(recipe.desk):
        picture[desk_mask(recipe)] = recipe.desk_colour
    if recipe.gradient != 1 or recipe.shadow:
        picture *= illumination(recipe)[:, :, np.newaxis]
    if recipe.blur:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), recipe.blur * digit_size(recipe)), np.float32)
    if recipe.noise:
        picture += random.normal(0, recipe.noise, (*picture.shape[:2], 1)).astype(np.float32)
    return np.rint(np.clip(picture, 0, 255)).astype(np.uint8)


def encode_image(picture: NDArray[np.uint8], quality: int | None) -> tuple[bytes, str]:
    """Return the file content of an RGB image [height, width, 3] and its suffix: JPEG of that quality, or PNG."""
    blue_first = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    if quality is None:
        return cv2.imencode(".png", blue_first)[1].tobytes(), ".png"
    return cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes(), ".jpg"


def _inked(picture: NDArray[np.float32], cover: Cover, ink: Colour) -> NDArray[np.float32]:
    """Return the image with ink blended in by the cover."""
    part = cover[:, :, np.newaxis]
    return picture + (np.array(ink, np.float32) - picture) * part
