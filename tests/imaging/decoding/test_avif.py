"""AVIF is read, upright, and a size that its boxes hide is found."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

from lenet_imaging import ImageError, decode
from tests.support.imaging.files import encoded, gradient, opened, pixels

ORIENTATION = 0x0112


@pytest.mark.parametrize("held", range(1, 9))
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_all_turns_and_mirrors_are_undone(mode: str, held: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = held
    data = encoded(gradient(mode), "AVIF", exif=exif, quality=95)
    upright = ImageOps.exif_transpose(opened(data)).convert(mode)
    assert decode(data).shape == pixels(upright).shape
    assert np.abs(decode(data) - pixels(upright)).max() <= 1


def test_a_frame_larger_than_its_box_says_is_refused() -> None:
    data = encoded(gradient("RGB"), "AVIF")
    size = struct.pack(">II", 40, 30)
    assert data.count(size) == 1
    with pytest.raises(ImageError, match="header of the AVIF picture"):
        decode(data.replace(size, struct.pack(">II", 20, 20)))


def test_a_large_picture_is_refused_by_its_cost() -> None:
    data = encoded(gradient("RGB"), "AVIF")
    with pytest.raises(ImageError, match=r"\(setting max_cost\)"):
        decode(data.replace(struct.pack(">II", 40, 30), struct.pack(">II", 7_000, 7_000)))


def test_an_animation_is_named() -> None:
    frames = [gradient("RGB"), gradient("RGB").rotate(180)]
    with pytest.raises(ImageError, match="animated AVIF is not read: save one of its frames"):
        decode(encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:]))
