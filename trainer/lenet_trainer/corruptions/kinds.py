"""The kinds of corruption: each alone on an otherwise plain image, and the mixture of them all."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lenet_trainer.corruptions.recipe import Colour, Recipe, RuledLines, Shadow

MIXTURE = "mixture"

_SMALLEST, _LARGEST = 40, 2000  # the longer side of an image, in pixels: a thumbnail, a phone's photograph
_LEAST_CONTRAST = 70  # between ink and paper, in grey levels of 255: still easily read by a person

Change = Callable[[Recipe, np.random.Generator], Recipe]


def recipe(kind: str, random: np.random.Generator) -> Recipe:
    """Return the random recipe of one image of a kind in KINDS."""
    return KINDS[kind](Recipe(), random)


def _plain(plain: Recipe, _: np.random.Generator) -> Recipe:
    return plain


def _size(plain: Recipe, random: np.random.Generator) -> Recipe:
    longer = math.exp(random.uniform(math.log(_SMALLEST), math.log(_LARGEST)))
    sides = round(longer), round(longer * random.uniform(0.7, 1))
    height, width = sides if random.random() < 0.5 else sides[::-1]
    return replace(plain, height=height, width=width, part=random.uniform(0.3, 0.8))


def _off_centre(plain: Recipe, random: np.random.Generator) -> Recipe:
    part = min(plain.part, random.uniform(0.3, 0.6))
    return replace(plain, part=part, down=random.uniform(0, 1), across=random.uniform(0, 1))


def _rotation(plain: Recipe, random: np.random.Generator) -> Recipe:
    return replace(plain, degrees=random.uniform(-10, 10))


def _colours(plain: Recipe, random: np.random.Generator) -> Recipe:
    while True:
        ink, paper = _colour(random, 0, 160), _colour(random, 140, 255)
        if _lightness(paper) - _lightness(ink) >= _LEAST_CONTRAST:
            return replace(plain, ink=ink, paper=paper)


def _polarity(plain: Recipe, random: np.random.Generator) -> Recipe:
    return replace(plain, ink=_colour(random, 190, 255), paper=_colour(random, 10, 80))


def _gradient(plain: Recipe, random: np.random.Generator) -> Recipe:
    return replace(plain, gradient=random.uniform(0.35, 0.8), gradient_degrees=random.uniform(0, 360))


def _shadow(plain: Recipe, random: np.random.Generator) -> Recipe:
    light, softness = random.uniform(0.4, 0.75), random.uniform(0.01, 0.12)
    return replace(plain, shadow=Shadow(light, random.uniform(0, 360), random.uniform(-0.3, 0.3), softness))


def _blur(plain: Recipe, random: np.random.Generator) -> Recipe:
    return replace(plain, blur=random.uniform(0.01, 0.04))


def _noise(plain: Recipe, random: np.random.Generator) -> Recipe:
    return replace(plain, noise=random.uniform(4, 16))


def _jpeg(plain: Recipe, _: np.random.Generator) -> Recipe:
    return replace(plain, quality=40)


def _ruled_lines(plain: Recipe, random: np.random.Generator) -> Recipe:
    return replace(
        plain,
        ruled_lines=RuledLines(
            spacing=random.uniform(0.25, 0.9),
            thickness=random.uniform(0.008, 0.03),
            strength=random.uniform(0.25, 0.8),
            degrees=random.uniform(-2, 2),
            offset=random.uniform(0, 1),
            squared=random.random() < 0.4,
        ),
    )


def _frame(plain: Recipe, random: np.random.Generator) -> Recipe:
    return replace(plain, frame=random.uniform(0.015, 0.06))


def _desk(plain: Recipe, random: np.random.Generator) -> Recipe:
    top, right, bottom, left = (random.uniform(0.02, 0.12) if random.random() < 0.5 else 0.0 for _ in range(4))
    if not any((top, right, bottom, left)):
        left = random.uniform(0.02, 0.12)
    return replace(plain, desk=(top, right, bottom, left), desk_colour=_colour(random, 5, 70))


def _mixture(plain: Recipe, random: np.random.Generator) -> Recipe:
    """Return a recipe with random size, place, rotation and colours, and each other corruption with its probability."""
    mixed = _rotation(_off_centre(_size(plain, random), random), random)
    mixed = _polarity(mixed, random) if random.random() < 0.25 else _colours(mixed, random)
    for change, chance in _SOMETIMES:
        if random.random() < chance:
            mixed = change(mixed, random)
    return mixed


def _colour(random: np.random.Generator, lowest: int, highest: int) -> Colour:
    red, green, blue = random.integers(lowest, highest + 1, 3).tolist()
    return red, green, blue


def _lightness(colour: Colour) -> float:
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


_SOMETIMES = (  # with the probability of each
    (_gradient, 0.4),
    (_shadow, 0.25),
    (_blur, 0.3),
    (_noise, 0.4),
    (_jpeg, 0.5),
    (_ruled_lines, 0.2),
    (_frame, 0.1),
    (_desk, 0.1),
)

KINDS: dict[str, Change] = {
    "plain": _plain,
    "size": _size,
    "off-centre": _off_centre,
    "rotation": _rotation,
    "colours": _colours,
    "polarity": _polarity,
    "gradient": _gradient,
    "shadow": _shadow,
    "blur": _blur,
    "noise": _noise,
    "jpeg": _jpeg,
    "rules": _ruled_lines,
    "frame": _frame,
    "desk": _desk,
    MIXTURE: _mixture,
}
