"""Reads a user's image file, in any format and size that lenet_imaging reads."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import Fit, ImageError, Limits, Preprocessing, decode, ground_for
from lenet_imaging import fit as fit_image
from lenet_trainer.errors import DatasetError


def read_picture(path: Path, limits: Limits, fit: Fit = "resize") -> NDArray[np.uint8]:
    """Return the image in a file, uint8 [H, W] or RGB [H, W, 3], transparent pixels as the preprocessing wants them.

    Raises DatasetError, naming the file, if it is not a complete image within the limits; a file that is too large is
    not read at all.
    """
    try:
        limits.check_bytes(path.stat().st_size)
        pixels: NDArray[np.uint8] = decode(path.read_bytes(), limits, ground=ground_for(fit))
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
    except ImageError as error:
        raise DatasetError(f"{path}: {error}") from error
    return pixels


def fit_picture(picture: NDArray[np.uint8], preprocessing: Preprocessing, path: Path) -> NDArray[np.uint8]:
    """Return a decoded image preprocessed to [C, H, W]; raises DatasetError, naming the file, if it shows no ink."""
    try:
        fitted: NDArray[np.uint8] = fit_image(picture, preprocessing)
    except ImageError as error:
        raise DatasetError(f"{path}: {error}") from error
    return fitted
