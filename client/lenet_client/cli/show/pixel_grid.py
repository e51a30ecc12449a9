"""Small pictures to be shown: of what the model was given, and of the file that it was made of."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lenet_client import ModelInput

Colour = tuple[int, int, int]

GAP: Colour = (128, 128, 128)  # between channels that are no colours


@dataclass(frozen=True)
class Picture:
    """Rows of pixels, each red, green and blue from 0 to 255."""

    rows: Sequence[Sequence[Colour]]

    @property
    def width(self) -> int:
        """In pixels."""
        return len(self.rows[0])

    @property
    def height(self) -> int:
        """In pixels."""
        return len(self.rows)

    def within(self, side: int) -> "Picture":
        """The picture with its longer side at most so long, each pixel the mean of those in its place."""
        factor = max(self.width, self.height) / side
        if factor <= 1:
            return self
        width, height = max(1, round(self.width / factor)), max(1, round(self.height / factor))
        return Picture([[self._mean(row, column, height, width) for column in range(width)] for row in range(height)])

    def _mean(self, row: int, column: int, height: int, width: int) -> Colour:
        top, bottom = row * self.height // height, -(-(row + 1) * self.height // height)
        left, right = column * self.width // width, -(-(column + 1) * self.width // width)
        pixels = [pixel for line in self.rows[top:bottom] for pixel in line[left:right]]
        red, green, blue = (round(sum(values) / len(pixels)) for values in zip(*pixels, strict=True))
        return red, green, blue


def of_input(given: ModelInput) -> Picture:
    """One channel is grey, three are colours; any other number of channels lie side by side, each grey."""
    channels, height, width = given.shape
    planes = [given.data[start : start + height * width] for start in range(0, len(given.data), height * width)]
    if channels == 3:
        pixels: list[Colour] = list(zip(*planes, strict=True))
        return Picture([pixels[start : start + width] for start in range(0, height * width, width)])
    rows: list[list[Colour]] = []
    for start in range(0, height * width, width):
        row: list[Colour] = []
        for plane in planes:
            row += [GAP] if row else []
            row += [(level, level, level) for level in plane[start : start + width]]
        rows.append(row)
    return Picture(rows)


def of_file(path: str, side: int) -> Picture | None:
    """The picture in a file, upright, over white, its longer side at most so long; None where Pillow cannot read it.

    Pillow need not be there, and it need not know what the server knows: without it there is one picture less to see.
    """
    if not find_spec("PIL"):
        return None
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Path(path).open("rb") as file:
            warnings.simplefilter("ignore")  # of large pictures, which the server has read by now
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
    return Picture([pixels[start : start + image.width] for start in range(0, len(pixels), image.width)])
