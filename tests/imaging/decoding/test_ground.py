"""What lies under transparency: white, or for ink the ground that it is not, in every format and both polarities."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from lenet_imaging import Preprocessing, decode, prepare
from tests.support.imaging.files import encoded
from tests.support.imaging.tiff_files import Tiff

INK = Preprocessing("ink", 1, 28, 28)
FILES = [*((form, mode) for form in ("PNG", "WEBP", "TIFF", "AVIF") for mode in ("LA", "RGBA")), ("GIF", "RGBA")]


def stroke(size: int = 120, soft: bool = True) -> npt.NDArray[np.uint8]:
    """How opaque a drawn 7 is at each place."""
    across, down = np.meshgrid(np.arange(size), np.arange(size))
    bar = np.minimum(np.abs(down - 25), np.maximum(0, np.abs(across - 60) - 30) + np.abs(down - 25))
    leg = np.abs(across - (90 - (down - 25) * 0.55)) + np.where((down >= 25) & (down < 100), 0, 99)
    distance = np.minimum(bar + np.maximum(0, np.abs(across - 60) - 32) * 9, leg)
    return np.asarray(np.clip((8 - distance) * (60 if soft else 999), 0, 255), np.uint8)


def drawn(colour: tuple[int, int, int], mode: str, *, soft: bool = True) -> Image.Image:
    alpha = stroke(soft=soft)
    picture = np.dstack([np.full((*alpha.shape, 3), colour, np.uint8), alpha])
    return Image.fromarray(picture).convert(mode)


@pytest.mark.parametrize(("form", "mode"), FILES)
def test_white_ink_on_nothing_is_read_as_black_ink_is(form: str, mode: str) -> None:
    lossless = {"lossless": True} if form == "WEBP" else {"quality": 100} if form == "AVIF" else {}
    soft = form != "GIF"
    white = prepare(encoded(drawn((255, 255, 255), mode, soft=soft), form, **lossless), INK)
    black = prepare(encoded(drawn((0, 0, 0), mode, soft=soft), form, **lossless), INK)
    assert np.abs(white.astype(np.int32) - black).mean() < 1
    assert 0.03 < np.mean(white > 127) < 0.4


@pytest.mark.parametrize("colour", [(255, 255, 255), (250, 240, 90), (170, 200, 230), (120, 30, 30), (0, 0, 200)])
def test_ink_of_any_colour_is_read(colour: tuple[int, int, int]) -> None:
    black = prepare(encoded(drawn((0, 0, 0), "RGBA"), "PNG"), INK)
    image = prepare(encoded(drawn(colour, "RGBA"), "PNG"), INK)
    assert np.abs(image.astype(np.int32) - black).mean() < 3


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("extra", [1, 2])
@pytest.mark.parametrize("level", [0, 1])
def test_grey_tiff_keeps_its_transparency(bits: int, planar: bool, extra: int, level: int) -> None:
    most = (1 << bits) - 1
    alpha = (stroke(soft=False) > 127).astype(np.uint16) * most
    grey = alpha * level if extra == 1 else np.full_like(alpha, most * level)  # 1: multiplied by alpha
    image = prepare(Tiff(bits=bits, planar=planar, extra=[extra]).file(np.dstack([grey, alpha])), INK)
    black = prepare(encoded(drawn((0, 0, 0), "LA", soft=False), "PNG"), INK)
    assert np.abs(image.astype(np.int32) - black).mean() < 1


def test_a_stroke_that_fills_most_of_the_picture_is_still_ink() -> None:
    picture = Image.new("RGBA", (30, 90), (255, 255, 255, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 5, 90))
    assert decode(encoded(picture, "PNG"), ground="contrast", channels=1)[0, 0] == 0


@pytest.mark.parametrize(("paper", "ink", "ground"), [(250, 20, 255), (20, 250, 0)])
def test_a_sheet_with_round_corners_is_carried_on(paper: int, ink: int, ground: int) -> None:
    picture = Image.new("LA", (100, 100), (paper, 255))
    picture.paste((ink, 255), (40, 20, 50, 80))
    for corner in ((0, 0), (90, 0), (0, 90), (90, 90)):
        picture.paste((0, 0), (*corner, corner[0] + 10, corner[1] + 10))
    assert decode(encoded(picture, "PNG"), ground="contrast", channels=1)[0, 0] == ground


def test_white_stays_the_ground_where_the_whole_picture_is_wanted() -> None:
    data = encoded(drawn((255, 255, 255), "RGBA"), "PNG")
    assert (decode(data) == 255).all()
    assert (prepare(data, Preprocessing("resize", 3, 32, 32)) == 255).all()


def test_an_empty_picture_is_white() -> None:
    assert (decode(encoded(Image.new("RGBA", (9, 9)), "PNG"), ground="contrast") == 255).all()
