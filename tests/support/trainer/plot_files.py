"""Reads plots back."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def read(path: Path) -> NDArray[np.uint8]:
    """The pixels of a PNG file, [H, W, 3]."""
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))
