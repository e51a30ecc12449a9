"""Every format and colour mode gives the pixels that Pillow reads, upright, opaque and in 8 bits."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenet_imaging import ImageError, decode
from tests.support.imaging.files import HEIGHT, WIDTH, encoded, gradient, opened, pixels

TIFF_COMPRESSIONS = ["raw", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits"]
DIFFERENCES = {"tiffinfo": {317: 2}}  # horizontal differencing
FILES: list[tuple[str, str, dict[str, Any]]] = [
    *(("PNG", mode, {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *(
        ("JPEG", mode, {"progressive": progressive, "subsampling": subsampling, "quality": quality})
        for mode in ("1", "L", "RGB", "CMYK", "YCbCr")
        for progressive in (False, True)
        for subsampling in (0, 1, 2)
        for quality in (10, 95)
    ),
    *(("WEBP", mode, {"lossless": lossless}) for mode in ("L", "LA", "RGB", "RGBA") for lossless in (False, True)),
    *(
        ("TIFF", mode, {"compression": compression, "big_tiff": big})
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16")
        for compression in TIFF_COMPRESSIONS
        for big in (False, True)
    ),
    *(("TIFF", mode, {"compression": "tiff_lzw", **DIFFERENCES}) for mode in ("L", "LA", "RGB", "RGBA", "I;16")),
    *(("TIFF", mode, {"compression": "jpeg"}) for mode in ("L", "RGB")),
    *(("TIFF", "1", {"compression": compression}) for compression in ("group3", "group4", "tiff_ccitt")),
    *(("BMP", mode, {}) for mode in ("1", "L", "P", "RGB", "RGBA")),
    *(("GIF", mode, {"interlace": interlace}) for mode in ("1", "L", "P", "RGB", "RGBA") for interlace in (0, 1)),
    *(
        ("AVIF", mode, {"quality": quality, "subsampling": subsampling})
        for mode in ("L", "LA", "RGB", "RGBA")
        for quality in (30, 100)
        for subsampling in ("4:2:0", "4:4:4")
    ),
]


def expected(picture: Image.Image, channels: int) -> np.typing.NDArray[np.int32]:
    """What Pillow makes of the picture: grey or RGB of 8 bits, over white."""
    if picture.mode == "I;16":
        return np.rint(pixels(picture) / 257).astype(np.int32)
    if picture.has_transparency_data:
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
    return pixels(picture.convert("L" if channels == 1 else "RGB"))


@pytest.mark.parametrize(("form", "mode", "options"), FILES)
def test_pixels_are_those_that_pillow_reads(form: str, mode: str, options: dict[str, Any]) -> None:
    data = encoded(gradient(mode), form, **options)
    image = decode(data)
    assert image.dtype == np.uint8
    assert image.shape in ((HEIGHT, WIDTH), (HEIGHT, WIDTH, 3))
    # One level of 255 for rounding, in CMYK and in what is half transparent.
    assert np.abs(image.astype(np.int32) - expected(opened(data), 1 if image.ndim == 2 else 3)).max() <= 1


@pytest.mark.parametrize(("form", "mode"), [("PNG", "L"), ("PNG", "1"), ("PNG", "I;16"), ("JPEG", "L"), ("TIFF", "L")])
def test_grey_files_give_one_channel(form: str, mode: str) -> None:
    assert decode(encoded(gradient(mode), form)).shape == (HEIGHT, WIDTH)


def test_a_transparent_palette_lies_over_white() -> None:
    picture = gradient("P")
    transparent = picture.getpixel((10, 10))
    image = decode(encoded(picture, "PNG", transparency=transparent))
    assert image[10, 10].tolist() == [255, 255, 255]


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
def test_ink_on_nothing_is_ink_on_white(form: str) -> None:
    picture = np.zeros((4, 4, 4), np.uint8)
    picture[1] = (10, 20, 30, 255)
    image = decode(encoded(Image.fromarray(picture), form, **({"lossless": True} if form == "WEBP" else {})))
    assert image[0, 0].tolist() == [255, 255, 255]
    assert image[1, 0].tolist() == [10, 20, 30]


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "TIFF"])
def test_of_several_frames_the_first_counts(form: str) -> None:
    frames = [Image.new("L", (8, 6), level) for level in (40, 140, 240)]
    image = decode(encoded(frames[0], form, save_all=True, append_images=frames[1:]))
    assert image.shape[:2] == (6, 8)
    assert np.abs(image.astype(np.int32) - 40).max() <= 2


@pytest.mark.parametrize(("samples", "named"), [(np.float32, "float32"), (np.int32, "int32")])
def test_samples_without_a_fixed_white_are_refused(samples: type, named: str) -> None:
    data = encoded(Image.fromarray(np.ones((5, 5), samples)), "TIFF")
    with pytest.raises(ImageError, match=f"samples of type {named}, not of 8 or 16 bits"):
        decode(data)
