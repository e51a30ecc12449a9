"""Reads a picture file of a user's, of any format and size that lenet_imaging reads."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import ImageError, Limits, Preprocessing, decode, fit
from lenet_trainer.errors import DatasetError


def read_picture(path: Path, limits: Limits) -> NDArray[np.uint8]:
    """The picture in a file, uint8 [H, W] or RGB [H, W, 3].

    Raises DatasetError, naming the file, for what is no whole picture within the limits, too large files before they
    are read.
    """
    try:
        limits.check_bytes(path.stat().st_size)
        pixels: NDArray[np.uint8] = decode(path.read_bytes(), limits)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
    except ImageError as error:
        raise DatasetError(f"{path}: {error}") from error
    return pixels


def fit_picture(picture: NDArray[np.uint8], preprocessing: Preprocessing, path: Path) -> NDArray[np.uint8]:
    """A decoded picture as a model wants it, [C, H, W]; raises DatasetError, naming the file, where it shows no ink."""
    try:
        fitted: NDArray[np.uint8] = fit(picture, preprocessing)
    except ImageError as error:
        raise DatasetError(f"{path}: {error}") from error
    return fitted
