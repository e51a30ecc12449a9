"""Draw the thirty pictures of samples/: python examples/make_samples.py.

The digits are the first three of each class in scikit-learn's bundled data set, 8×8 pixels each, enlarged. What
differs is what differs between people's files: format, colours, size, margins, which of ink and paper is darker.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from sklearn.datasets import load_digits

FOLDER = Path(__file__).parents[1] / "samples"
SEED = 8

Colour = tuple[int, int, int]
WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (120, 120, 120)
CREAM, SLATE, YELLOW, PINK = (246, 240, 222), (38, 50, 56), (255, 235, 120), (255, 225, 230)
BLUE, RED, GREEN, VIOLET, CHALK = (25, 45, 150), (190, 25, 30), (10, 110, 50), (95, 30, 130), (235, 235, 225)


class Sheet(NamedTuple):
    """One picture: the file's format and kind, its width and height, the digit's height, left and top, all in pixels.

    `kind` is grey, colour, palette, 16 bit, transparent (no paper at all), noisy (grey, as a scan is) or turned
    (stored on its side, with an EXIF tag that says so, as phones do).
    """

    suffix: str
    kind: str
    size: tuple[int, int]
    digit: int
    corner: tuple[int, int]
    ink: Colour
    paper: Colour


SHEETS = [
    Sheet("png", "grey", (28, 28), 20, (4, 4), WHITE, BLACK),
    Sheet("jpg", "grey", (64, 64), 48, (6, 10), BLACK, WHITE),
    Sheet("png", "colour", (120, 160), 90, (22, 40), BLUE, WHITE),
    Sheet("webp", "colour", (200, 200), 110, (70, 20), RED, CREAM),
    Sheet("gif", "palette", (96, 96), 60, (10, 30), BLACK, WHITE),
    Sheet("png", "palette", (100, 80), 56, (30, 12), GREEN, PINK),
    Sheet("tif", "grey", (300, 300), 200, (60, 30), WHITE, BLACK),
    Sheet("bmp", "grey", (40, 40), 30, (3, 6), BLACK, WHITE),
    Sheet("png", "16 bit", (128, 128), 90, (10, 30), BLACK, WHITE),
    Sheet("png", "transparent", (150, 150), 110, (20, 10), VIOLET, WHITE),
    Sheet("jpg", "noisy", (400, 300), 160, (190, 90), BLACK, CREAM),
    Sheet("jpg", "colour", (240, 320), 130, (30, 150), BLUE, YELLOW),
    Sheet("png", "grey", (400, 400), 90, (270, 280), BLACK, WHITE),
    Sheet("webp", "grey", (56, 56), 44, (2, 8), CHALK, SLATE),
    Sheet("jpg", "turned", (180, 240), 150, (20, 50), BLUE, WHITE),
    Sheet("gif", "palette", (160, 120), 90, (50, 10), CHALK, GREEN),
    Sheet("tif", "colour", (110, 110), 80, (12, 20), RED, WHITE),
    Sheet("bmp", "colour", (72, 72), 50, (16, 6), BLUE, CREAM),
    Sheet("png", "grey", (36, 48), 34, (0, 8), GREY, WHITE),
    Sheet("jpg", "noisy", (350, 350), 260, (40, 50), GREY, WHITE),
    Sheet("png", "transparent", (90, 90), 50, (30, 30), BLACK, WHITE),
    Sheet("png", "16 bit", (200, 260), 150, (20, 90), WHITE, BLACK),
    Sheet("webp", "colour", (320, 240), 180, (110, 40), GREEN, WHITE),
    Sheet("jpg", "grey", (28, 28), 24, (2, 2), BLACK, WHITE),
    Sheet("png", "colour", (256, 256), 200, (20, 30), CHALK, SLATE),
    Sheet("tif", "16 bit", (140, 140), 70, (60, 10), BLACK, WHITE),
    Sheet("jpg", "turned", (300, 200), 130, (140, 40), BLACK, YELLOW),
    Sheet("gif", "palette", (64, 64), 56, (2, 4), VIOLET, PINK),
    Sheet("png", "palette", (400, 200), 150, (30, 20), WHITE, BLUE),
    Sheet("jpg", "colour", (192, 192), 120, (60, 60), RED, PINK),
]


def first_three_of_each() -> list[tuple[int, npt.NDArray[np.float64]]]:
    """Return thirty pairs of label and digit [8, 8] from 0 (paper) to 1 (ink): first one of each label, and so on."""
    digits = load_digits()
    return [(label, digits.images[digits.target == label][number] / 16.0) for number in range(3) for label in range(10)]


def ink_on(sheet: Sheet, digit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the digit where the sheet wants it: [height, width] from 0 to 1."""
    enlarged = Image.fromarray(digit.astype(np.float32)).resize((sheet.digit, sheet.digit), Image.Resampling.BICUBIC)
    width, height = sheet.size
    left, top = sheet.corner
    ink = np.zeros((height, width))
    # The enlarged digit is blurred; a pen's edges are steeper.
    ink[top : top + sheet.digit, left : left + sheet.digit] = np.clip((np.asarray(enlarged) - 0.2) / 0.6, 0, 1)
    return ink


def draw(sheet: Sheet, digit: npt.NDArray[np.float64], random: np.random.Generator) -> Image.Image:
    """Return the digit on its sheet, in the mode that the sheet's kind asks for."""
    ink = ink_on(sheet, digit)[:, :, np.newaxis]
    colours = np.array(sheet.paper) * (1 - ink) + np.array(sheet.ink) * ink
    if sheet.kind == "16 bit":
        return Image.fromarray(np.rint(colours[:, :, 0] * 257).astype(np.uint16))
    if sheet.kind == "transparent":
        opaque_ink = np.broadcast_to(np.array(sheet.ink), colours.shape)
        return Image.fromarray(np.rint(np.dstack([opaque_ink, ink * 255])).astype(np.uint8))
    if sheet.kind == "noisy":
        colours = colours + random.normal(0, 8, (*ink.shape[:2], 1))
    picture = Image.fromarray(np.rint(np.clip(colours, 0, 255)).astype(np.uint8))
    if sheet.kind == "palette":
        return picture.quantize(32)
    return picture.convert("L") if sheet.kind in ("grey", "noisy") else picture


def save(picture: Image.Image, sheet: Sheet, path: Path) -> None:
    """Write the picture in the format that its file name tells."""
    if sheet.kind == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned a quarter clockwise
        picture.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=85)
    elif sheet.suffix == "tif":
        picture.save(path, compression="tiff_lzw")
    elif sheet.suffix in ("jpg", "webp"):
        picture.save(path, quality=85)
    else:
        picture.save(path)


def main() -> None:
    """Write the thirty files, named after the digit and a number, such as 7_0.png."""
    random = np.random.default_rng(SEED)
    for index, (sheet, (label, digit)) in enumerate(zip(SHEETS, first_three_of_each(), strict=True)):
        save(draw(sheet, digit, random), sheet, FOLDER / f"{label}_{index // 10}.{sheet.suffix}")


if __name__ == "__main__":
    main()
