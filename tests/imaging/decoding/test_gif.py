"""GIFs that are odd, as Pillow reads them: partial frames, frames past the screen, short and missing tables."""

import struct

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from lenet_imaging import ImageError, Limits, decode
from tests.support.imaging.files import encoded, opened, pixels

SCREEN = (50, 40)
CLEAR, END = 256, 257


def packed(codes: list[int], bits: int = 8, width: int = 9) -> bytes:
    """Codes of one width as the data of a frame: the minimum code size, blocks, and the block of length 0."""
    number = sum(code << (width * at) for at, code in enumerate(codes))
    data = number.to_bytes(-(-width * len(codes) // 8), "little")
    blocks = [data[at : at + 255] for at in range(0, len(data), 255)]
    return bytes([bits]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def plain(indices: npt.NDArray[np.uint8]) -> bytes:
    """The pixels of a frame, each a code of its own: the table is cleared before codes grow."""
    codes = []
    for at, index in enumerate(indices.ravel().tolist()):
        codes += [CLEAR, index] if at % 200 == 0 else [index]
    return packed([*codes, END])


def gif(
    indices: npt.NDArray[np.uint8],
    *,
    left: int = 0,
    top: int = 0,
    screen: tuple[int, int] = SCREEN,
    background: int = 0,
    transparent: int | None = None,
    colours: int = 256,
    local: bool = False,
    table: bool = True,
) -> bytes:
    """A GIF file of one frame."""
    palette = np.random.default_rng(1).integers(0, 256, 3 * colours).astype(np.uint8).tobytes() if table else b""
    flag = 0x80 | (colours.bit_length() - 2)
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, flag if table and not local else 0x70, background, 0)
    control = b"" if transparent is None else bytes([0x21, 0xF9, 4, 1, 0, 0, transparent, 0])
    height, width = indices.shape
    frame = b"," + struct.pack("<HHHHB", left, top, width, height, flag if table and local else 0)
    return b"".join([head, b"" if local else palette, control, frame, palette if local else b"", plain(indices), b";"])


def as_pillow(data: bytes) -> npt.NDArray[np.int32]:
    picture = opened(data)
    if picture.has_transparency_data:
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
    return pixels(picture.convert("RGB"))


def noise(width: int, height: int, colours: int = 256) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(2).integers(0, colours, (height, width)).astype(np.uint8)


@pytest.mark.parametrize("transparent", [None, 0, 7, 255])
@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize(
    ("size", "place"), [(SCREEN, (0, 0)), ((20, 10), (5, 7)), ((20, 30), (45, 35)), ((1, 1), (60, 0))]
)
def test_the_frame_lies_on_its_screen(
    size: tuple[int, int], place: tuple[int, int], local: bool, transparent: int | None
) -> None:
    data = gif(noise(*size), left=place[0], top=place[1], local=local, transparent=transparent)
    image = decode(data)
    assert image.shape == as_pillow(data).shape
    assert (image == as_pillow(data)).all()


@pytest.mark.parametrize("colours", [2, 4, 16, 128])
def test_a_background_and_pixels_past_the_table_are_read(colours: int) -> None:
    data = gif(noise(*SCREEN), colours=colours, background=200)
    assert (decode(data) == as_pillow(data)).all()


def test_without_a_table_pixels_are_grey() -> None:
    data = gif(noise(*SCREEN), table=False)
    assert (decode(data) == as_pillow(data)).all()


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("colours", [2, 4, 16, 256])
@pytest.mark.parametrize("kind", ["noise", "flat", "slope"])
def test_compressed_pixels_are_those_that_pillow_reads(kind: str, colours: int, interlaced: bool) -> None:
    """Pictures long enough for the table to fill, and to be started anew."""
    indices = {
        "noise": noise(200, 160, colours),
        "flat": np.full((160, 200), colours - 1, np.uint8),
        "slope": np.tile((np.arange(200) * colours // 200).astype(np.uint8), (160, 1)),
    }[kind]
    picture = Image.fromarray(indices, "P")
    picture.putpalette(np.random.default_rng(3).integers(0, 256, 768).astype(np.uint8).tobytes())
    data = encoded(picture, "GIF", interlace=interlaced)
    assert (decode(data) == as_pillow(data)).all()


@pytest.mark.parametrize("codes", [[CLEAR, 5, 400], [300], [CLEAR, END], [CLEAR, 1, 2, 3, END], []])
def test_pixels_that_are_damaged_or_missing_are_refused(codes: list[int]) -> None:
    whole = gif(np.zeros((3, 3), np.uint8), screen=(3, 3), table=False)
    start = whole.index(b",") + 10
    with pytest.raises(ImageError, match="truncated or damaged"):
        decode(whole[:start] + packed(codes) + b";")


def test_a_frame_past_the_screen_counts_for_the_limit() -> None:
    data = gif(noise(20, 20), left=1000, top=1000)
    assert decode(data, Limits(max_pixels=1020 * 1020)).shape == (1020, 1020, 3)
    with pytest.raises(ImageError, match="1020×1020 pixels, more than the limit"):
        decode(data, Limits(max_pixels=1020 * 1020 - 1))


def test_tables_without_pixels_are_refused_before_they_take_long() -> None:
    whole = gif(np.zeros((100, 100), np.uint8), screen=(100, 100), table=False)
    start = whole.index(b",") + 10
    with pytest.raises(ImageError, match="too many LZW tables"):
        decode(whole[:start] + packed([CLEAR] * 30_000) + b";")


@pytest.mark.parametrize("filling", [b"\x21\xfe\x01a\x00" * 400_000, b"\x21\xfe" + b"\x01a" * 400_000])
def test_endless_comments_are_refused_soon(filling: bytes) -> None:
    whole = gif(np.zeros((3, 3), np.uint8), screen=(3, 3), table=False)
    start = whole.index(b",")
    with pytest.raises(ImageError, match="GIF"):
        decode(whole[:start] + filling + whole[start:])
