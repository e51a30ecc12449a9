"""Grids of RGB pixels for display: of a model's input, and of a picture file."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lenet_client import ModelInput

Colour = tuple[int, int, int]

GAP: Colour = (128, 128, 128)  # separates channels drawn side by side


@dataclass(frozen=True)
class PixelGrid:
    """Rows of pixels: red, green and blue, 0 to 255."""

    rows: Sequence[Sequence[Colour]]

    @property
    def width(self) -> int:
        """In pixels."""
        return len(self.rows[0])

    @property
    def height(self) -> int:
        """In pixels."""
        return len(self.rows)

    def within(self, side: int) -> "PixelGrid":
        """The grid reduced to at most `side` pixels on its longer side, by averaging."""
        factor = max(self.width, self.height) / side
        if factor <= 1:
            return self
        width, height = max(1, round(self.width / factor)), max(1, round(self.height / factor))
        return PixelGrid([[self._mean(row, column, height, width) for column in range(width)] for row in range(height)])

    def _mean(self, row: int, column: int, height: int, width: int) -> Colour:
        top, bottom = row * self.height // height, -(-(row + 1) * self.height // height)
        left, right = column * self.width // width, -(-(column + 1) * self.width // width)
        pixels = [pixel for line in self.rows[top:bottom] for pixel in line[left:right]]
        red, green, blue = (round(sum(values) / len(pixels)) for values in zip(*pixels, strict=True))
        return red, green, blue


def grid_of_input(model_input: ModelInput) -> PixelGrid:
    """The model's input: one channel in grey, three in colour, any other number side by side in grey."""
    channels, height, width = model_input.shape
    planes = [
        model_input.data[start : start + height * width] for start in range(0, len(model_input.data), height * width)
    ]
    if channels == 3:
        pixels: list[Colour] = list(zip(*planes, strict=True))
        return PixelGrid([pixels[start : start + width] for start in range(0, height * width, width)])
    rows: list[list[Colour]] = []
    for start in range(0, height * width, width):
        row: list[Colour] = []
        for plane in planes:
            row += [GAP] if row else []
            row += [(level, level, level) for level in plane[start : start + width]]
        rows.append(row)
    return PixelGrid(rows)


def grid_of_file(path: str, side: int) -> PixelGrid | None:
    """A picture file, EXIF-oriented, over white, its longer side at most `side` pixels; None if Pillow cannot read it.

    Pillow is optional, and knows fewer formats than the server: without it only the model's input is shown.
    """
    if not find_spec("PIL"):
        return None
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Path(path).open("rb") as file:
            warnings.simplefilter("ignore")  # about large pictures: the server has decoded this one already
            with Image.open(file) as opened:
                opened.draft("RGB", (2 * side, 2 * side))
                deep = opened.mode.startswith("I")  # 16 bits
                eight_bits = opened.point(lambda level: level / 257).convert("L") if deep else opened
                coloured = eight_bits if eight_bits.has_transparency_data else eight_bits.convert("RGB")
                upright = ImageOps.exif_transpose(coloured).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    upright.thumbnail((side, side), Image.Resampling.BOX)
    image = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")
    pixels: list[Colour] = list(zip(*[iter(image.tobytes())] * 3, strict=True))
    return PixelGrid([pixels[start : start + image.width] for start in range(0, len(pixels), image.width)])
