"""Small pictures that the tests of imaging share: the same gradient as a file in every format."""

from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

WIDTH, HEIGHT = 40, 30
MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "YCbCr"]


def gradient(mode: str) -> Image.Image:
    """A picture of 40×30 pixels in one of Pillow's modes, with colours and, where the mode can, transparency."""
    across = np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))
    if mode == "I;16":
        return Image.fromarray(across.astype(np.uint16) * 257)
    colours = np.dstack([across, across[::-1, ::-1], 255 - across])
    colours[5:15, 5:15] = (200, 30, 60)
    if mode in ("LA", "RGBA"):
        alpha = np.tile(np.linspace(0, 255, HEIGHT).astype(np.uint8)[:, np.newaxis], (1, WIDTH))
        return Image.fromarray(np.dstack([colours, alpha])).convert(mode)
    return Image.fromarray(colours).convert(mode)


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    """The picture as a file in one of Pillow's formats."""
    file = BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    """What Pillow reads in a file."""
    return Image.open(BytesIO(data))


def pixels(picture: Image.Image) -> npt.NDArray[np.int32]:
    """The picture's samples, signed so that differences can be taken."""
    return np.asarray(picture).astype(np.int32)


FILES = {
    "PNG": encoded(gradient("RGB"), "PNG"),
    "JPEG": encoded(gradient("RGB"), "JPEG"),
    "JPEG, progressive": encoded(gradient("L"), "JPEG", progressive=True),
    "WebP": encoded(gradient("RGB"), "WEBP"),
    "WebP, lossless": encoded(gradient("RGB"), "WEBP", lossless=True),
    "WebP, extended": encoded(gradient("RGBA"), "WEBP"),
    "TIFF": encoded(gradient("RGB"), "TIFF"),
    "TIFF, LZW": encoded(gradient("L"), "TIFF", compression="tiff_lzw"),
    "BMP": encoded(gradient("RGB"), "BMP"),
    "GIF": encoded(gradient("P"), "GIF"),
    "AVIF": encoded(gradient("RGB"), "AVIF"),
}
