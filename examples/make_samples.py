"""Draw the thirty pictures of samples/: python examples/make_samples.py.

The digits are the first three of each class in scikit-learn's bundled data set, 8×8 pixels each, enlarged. The files
differ in format, colours, size, margins and polarity (which of ink and paper is darker).
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


class Page(NamedTuple):
    """A picture to draw: format, kind, width and height, the digit's height, left and top; sizes in pixels.

    `kind` is grey, colour, palette, 16 bit, transparent (no paper), noisy (grey, like a scan) or turned
    (stored rotated, with an EXIF orientation, like a phone's).
    """

    suffix: str
    kind: str
    size: tuple[int, int]
    digit: int
    corner: tuple[int, int]
    ink: Colour
    paper: Colour


PAGES = [
    Page("png", "grey", (28, 28), 20, (4, 4), WHITE, BLACK),
    Page("jpg", "grey", (64, 64), 48, (6, 10), BLACK, WHITE),
    Page("png", "colour", (120, 160), 90, (22, 40), BLUE, WHITE),
    Page("webp", "colour", (200, 200), 110, (70, 20), RED, CREAM),
    Page("gif", "palette", (96, 96), 60, (10, 30), BLACK, WHITE),
    Page("png", "palette", (100, 80), 56, (30, 12), GREEN, PINK),
    Page("tif", "grey", (300, 300), 200, (60, 30), WHITE, BLACK),
    Page("bmp", "grey", (40, 40), 30, (3, 6), BLACK, WHITE),
    Page("png", "16 bit", (128, 128), 90, (10, 30), BLACK, WHITE),
    Page("png", "transparent", (150, 150), 110, (20, 10), VIOLET, WHITE),
    Page("jpg", "noisy", (400, 300), 160, (190, 90), BLACK, CREAM),
    Page("jpg", "colour", (240, 320), 130, (30, 150), BLUE, YELLOW),
    Page("png", "grey", (400, 400), 90, (270, 280), BLACK, WHITE),
    Page("webp", "grey", (56, 56), 44, (2, 8), CHALK, SLATE),
    Page("jpg", "turned", (180, 240), 150, (20, 50), BLUE, WHITE),
    Page("gif", "palette", (160, 120), 90, (50, 10), CHALK, GREEN),
    Page("tif", "colour", (110, 110), 80, (12, 20), RED, WHITE),
    Page("bmp", "colour", (72, 72), 50, (16, 6), BLUE, CREAM),
    Page("png", "grey", (36, 48), 34, (0, 8), GREY, WHITE),
    Page("jpg", "noisy", (350, 350), 260, (40, 50), GREY, WHITE),
    Page("png", "transparent", (90, 90), 50, (30, 30), BLACK, WHITE),
    Page("png", "16 bit", (200, 260), 150, (20, 90), WHITE, BLACK),
    Page("webp", "colour", (320, 240), 180, (110, 40), GREEN, WHITE),
    Page("jpg", "grey", (28, 28), 24, (2, 2), BLACK, WHITE),
    Page("png", "colour", (256, 256), 200, (20, 30), CHALK, SLATE),
    Page("tif", "16 bit", (140, 140), 70, (60, 10), BLACK, WHITE),
    Page("jpg", "turned", (300, 200), 130, (140, 40), BLACK, YELLOW),
    Page("gif", "palette", (64, 64), 56, (2, 4), VIOLET, PINK),
    Page("png", "palette", (400, 200), 150, (30, 20), WHITE, BLUE),
    Page("jpg", "colour", (192, 192), 120, (60, 60), RED, PINK),
]


def first_three_of_each() -> list[tuple[int, npt.NDArray[np.float64]]]:
    """Return thirty pairs of label and digit [8, 8] from 0 (paper) to 1 (ink): first one of each label, and so on."""
    digits = load_digits()
    return [(label, digits.images[digits.target == label][number] / 16.0) for number in range(3) for label in range(10)]


def ink_on(page: Page, digit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the digit at its place on the page: [height, width] from 0 to 1."""
    enlarged = Image.fromarray(digit.astype(np.float32)).resize((page.digit, page.digit), Image.Resampling.BICUBIC)
    width, height = page.size
    left, top = page.corner
    ink = np.zeros((height, width))
    # Enlarging blurs the digit; steepen its edges.
    ink[top : top + page.digit, left : left + page.digit] = np.clip((np.asarray(enlarged) - 0.2) / 0.6, 0, 1)
    return ink


def draw(page: Page, digit: npt.NDArray[np.float64], random: np.random.Generator) -> Image.Image:
    """Return the digit on its page, in the mode of the page's kind."""
    ink = ink_on(page, digit)[:, :, np.newaxis]
    colours = np.array(page.paper) * (1 - ink) + np.array(page.ink) * ink
    if page.kind == "16 bit":
        return Image.fromarray(np.rint(colours[:, :, 0] * 257).astype(np.uint16))
    if page.kind == "transparent":
        opaque_ink = np.broadcast_to(np.array(page.ink), colours.shape)
        return Image.fromarray(np.rint(np.dstack([opaque_ink, ink * 255])).astype(np.uint8))
    if page.kind == "noisy":
        colours = colours + random.normal(0, 8, (*ink.shape[:2], 1))
    picture = Image.fromarray(np.rint(np.clip(colours, 0, 255)).astype(np.uint8))
    if page.kind == "palette":
        return picture.quantize(32)
    return picture.convert("L") if page.kind in ("grey", "noisy") else picture


def save(picture: Image.Image, page: Page, path: Path) -> None:
    """Write the picture in the format of its suffix."""
    if page.kind == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6  # rotate by 90° clockwise
        picture.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=85)
    elif page.suffix == "tif":
        picture.save(path, compression="tiff_lzw")
    elif page.suffix in ("jpg", "webp"):
        picture.save(path, quality=85)
    else:
        picture.save(path)


def main() -> None:
    """Write the thirty files, named after the digit and a number, such as 7_0.png."""
    random = np.random.default_rng(SEED)
    for index, (page, (label, digit)) in enumerate(zip(PAGES, first_three_of_each(), strict=True)):
        save(draw(page, digit, random), page, FOLDER / f"{label}_{index // 10}.{page.suffix}")


if __name__ == "__main__":
    main()
