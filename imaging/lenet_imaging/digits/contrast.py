"""How far each pixel lies from the paper towards the ink, whatever the colours of the two."""

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Ink, Pixels
from lenet_imaging.digits.border import border


def paper_colour(image: Pixels) -> npt.NDArray[np.float32]:
    """Return the colour, [1] or [3], that most of the picture's border has: the median of each channel."""
    return np.asarray(np.median(border(image), axis=0), np.float32).reshape(-1)


def ink_contrast(image: Pixels, paper: npt.NDArray[np.float32]) -> Ink:
    """Return each pixel's distance from the paper's colour in the direction of the ink, [H, W], in grey levels.

    Paper is about 0, ink positive, anything strayed to the other side (noise, the halo of a sharpened scan) negative.
    Which of the two is darker makes no difference, and red on green of the same lightness counts like black on white.
    """
    stray = image.astype(np.float32) - paper
    if stray.ndim == 3:
        stray = np.asarray(cv2.transform(stray, _main_direction(stray)[np.newaxis]), np.float32)
    # Noise lies evenly about the paper, ink on one side of it: the side that the third moment names.
    # (Three factors: NumPy's power takes as long as all the rest.)
    return stray if float(np.sum(stray * stray * stray)) >= 0 else -stray


def _main_direction(stray: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the unit vector [3] along which the colours [H, W, 3] stray furthest from zero, pointing either way."""
    products = cv2.mulTransposed(stray.reshape(-1, 3), aTa=True)
    return np.linalg.eigh(products).eigenvectors[:, -1].astype(np.float32)


def paper_noise(contrast: Ink) -> float:
    """Return the standard deviation of the paper in a contrast map [H, W], in its unit.

    It is judged by the map's border and by all of it, of which one may have more ink than paper: the less counts. The
    median of the absolute values is used, so a little ink hardly counts at all.
    """
    return 1.4826 * min(float(np.median(np.abs(each))) for each in (border(contrast), contrast))
