"""JPEG: decoded smaller where less is needed, in grey where that is enough, and scans counted."""

import struct
import time
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from lenet_imaging import ImageError, decode
from lenet_imaging.decoding.decode import decode_picture
from lenet_imaging.decoding.header import read_header
from tests.support.imaging.files import encoded, gradient

ORIENTATION = 0x0112


def photograph(mode: str, size: tuple[int, int] = (400, 296)) -> Image.Image:
    """Soft shapes of all brightnesses, whose corners differ."""
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    blurred = cv2.GaussianBlur(noise, (0, 0), 9)
    soft = np.asarray(cv2.normalize(blurred, np.empty_like(noise), 0, 255, cv2.NORM_MINMAX), np.uint8)
    soft[: size[1] // 4, : size[0] // 2] //= np.uint8(4)
    return Image.fromarray(soft).convert(mode)


def held(mode: str, orientation: int, **options: bool | int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(photograph(mode), "JPEG", exif=exif, **options)


def shrunk(image: npt.NDArray[np.uint8], size: tuple[int, int]) -> npt.NDArray[np.int32]:
    return np.asarray(cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA), np.int32)


@pytest.mark.parametrize(("wanted", "reduced_by"), [(401, 1), (400, 1), (201, 1), (200, 2), (100, 4), (50, 8), (1, 8)])
def test_the_longer_side_has_at_least_the_pixels_wanted(wanted: int, reduced_by: int) -> None:
    picture = decode_picture(held("RGB", 1), reduce_to=wanted)
    assert picture.reduced_by == reduced_by
    assert picture.pixels.shape[:2] == (296 // reduced_by, 400 // reduced_by)
    assert (picture.width, picture.height) == (400, 296)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("channels", [None, 1, 3])
def test_a_reduced_picture_is_upright_and_the_same(orientation: int, mode: str, channels: Literal[1, 3] | None) -> None:
    data = held(mode, orientation, progressive=orientation % 3 == 0, quality=95)
    whole = decode_picture(data, channels=channels)
    assert whole.pixels.shape[:2] == ((296, 400) if orientation < 5 else (400, 296))
    for reduced_by in (2, 4, 8):
        small = decode_picture(data, channels=channels, reduce_to=400 // reduced_by)
        assert (small.reduced_by, small.width, small.height) == (reduced_by, whole.width, whole.height)
        assert small.pixels.ndim == whole.pixels.ndim
        difference = np.abs(shrunk(whole.pixels, small.pixels.shape[:2]) - small.pixels)
        assert difference.mean() < 2


def test_a_size_that_the_reduction_does_not_divide_is_rounded_up() -> None:
    picture = decode_picture(encoded(photograph("L", (403, 297)), "JPEG"), reduce_to=50)
    assert (picture.pixels.shape, picture.reduced_by, picture.width, picture.height) == ((38, 51), 8, 403, 297)


def test_grey_is_what_the_colours_give() -> None:
    data = encoded(photograph("RGB"), "JPEG", quality=95)
    grey = cv2.cvtColor(decode(data), cv2.COLOR_RGB2GRAY).astype(np.int32)
    assert np.abs(grey - decode(data, channels=1)).max() <= 2


@pytest.mark.parametrize("form", ["PNG", "BMP", "WEBP", "TIFF", "GIF"])
def test_other_formats_come_whole(form: str) -> None:
    picture = decode_picture(encoded(gradient("RGB"), form), reduce_to=5)
    assert (picture.reduced_by, picture.pixels.shape) == (1, (30, 40, 3))
    assert decode(encoded(gradient("RGB"), form), channels=1).shape == (30, 40)
    assert decode(encoded(gradient("L"), form), channels=3).shape == (30, 40, 3)


def with_scans(scans: int, size: tuple[int, int] = (400, 300)) -> bytes:
    """A progressive JPEG with further scans that refine nothing."""
    data = encoded(photograph("L", size), "JPEG", progressive=True)
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 0, 0x01) + bytes(size[0] * size[1] // 64 // 8 + 40)
    return data[:-2] + scan * scans + data[-2:]


def test_scans_cost_passes() -> None:
    plain = read_header(encoded(photograph("L"), "JPEG"))
    assert plain.cost < 1.2 * plain.width * plain.height
    assert read_header(with_scans(80)).cost > 10 * plain.cost


def test_scans_without_content_are_refused_before_they_take_long() -> None:
    started = time.process_time()
    with pytest.raises(ImageError, match="JPEG"):
        decode(with_scans(600))
    with pytest.raises(ImageError, match=r"\(setting max_cost\)"):
        decode(with_scans(490, (1600, 1200)))
    assert time.process_time() - started < 0.5


def test_what_follows_the_end_is_passed_over() -> None:
    data = encoded(photograph("RGB"), "JPEG")
    assert (decode(data + data) == decode(data)).all()


def test_a_second_frame_header_is_refused() -> None:
    data = encoded(photograph("L"), "JPEG")
    at = data.index(b"\xff\xc0")
    frame = data[at : at + 13]
    with pytest.raises(ImageError, match="header of the JPEG picture"):
        decode(data[:at] + frame + data[at:])


def test_twelve_bits_are_named() -> None:
    data = bytearray(encoded(photograph("L"), "JPEG"))
    data[data.index(b"\xff\xc0") + 4] = 12
    with pytest.raises(ImageError, match="12 bits a sample, not 8: save it again"):
        decode(bytes(data))
