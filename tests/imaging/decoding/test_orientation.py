"""A picture taken with the camera held anyhow comes out upright."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from lenet_imaging import decode
from lenet_imaging.decoding.orientation import orientation
from tests.support.imaging.files import encoded, opened, pixels

ORIENTATION = 0x0112


def corner(mode: str) -> Image.Image:
    """A picture of 24×16 pixels that looks different in each of the eight ways to hold it."""
    picture = Image.new("L", (24, 16), 255)
    picture.paste(0, (0, 0, 12, 4))
    picture.paste(100, (0, 4, 4, 16))
    return picture.convert(mode)


@pytest.mark.parametrize("held", range(1, 9))
@pytest.mark.parametrize(
    ("form", "mode"), [(form, mode) for form in ("JPEG", "PNG", "WEBP", "TIFF") for mode in ("L", "RGB")]
)
def test_all_eight_orientations_are_undone(form: str, mode: str, held: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = held
    tag = {"tiffinfo": {ORIENTATION: held}} if form == "TIFF" else {"exif": exif}
    data = encoded(corner(mode), form, **tag)
    upright = ImageOps.exif_transpose(opened(data)).convert("L")
    image = decode(data)
    grey = image if image.ndim == 2 else image[:, :, 0]
    assert grey.shape == (upright.height, upright.width)
    assert np.abs(grey.astype(np.int32) - pixels(upright)).max() <= 2


@pytest.mark.parametrize(
    "exif", [b"", b"Exif", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\xff\xff\xff\xff"]
)
def test_a_damaged_exif_block_counts_as_upright(exif: bytes) -> None:
    assert orientation(exif) == 1


@pytest.mark.parametrize("stated", [0, 9, 65535])
def test_an_unknown_orientation_counts_as_upright(stated: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = stated
    assert decode(encoded(corner("L"), "PNG", exif=exif)).shape == (16, 24)
