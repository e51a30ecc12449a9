"""One channel that tells ink from paper, and from its histogram how light paper, noise and ink are."""

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.border import border
from lenet_imaging.errors import ImageError

LEAST_CONTRAST = 6.0  # grey levels of 255; blank paper in a JPEG strays by two or three

_CALM = 0.06  # of the strongest contrast: noise that is less does no harm
_COLOUR_SIZE = 48  # pixels of the longer side of a picture that are enough to tell its colours
_LEVELS = np.arange(256.0)
_CUBES = np.arange(-255.0, 256.0) ** 3
_SIGMA = 1.4826  # standard deviations in a median of absolute values

Histogram = npt.NDArray[np.float64]
Axis = npt.NDArray[np.float32]


class Tone(NamedTuple):
    """Grey levels of a one-channel picture: its paper, its noise (standard deviation), its strongest contrast.

    `sign` is 1 where ink is lighter than paper, −1 where it is darker.
    """

    paper: int
    sign: int
    noise: float
    strongest: int
    contrasts: Histogram  # how many pixels have a contrast of 0, 1, … towards the ink

    def ink_level(self, margin: float) -> float:
        """Return the contrast of full ink: a mean over all that stands out, weighted with its own square.

        The dark middle of the strokes decides, not their soft edges or one odd pixel. A contrast of at most `margin`
        does not stand out. Raises ImageError where nothing does.
        """
        first = int(max(margin, LEAST_CONTRAST)) + 1
        counts = self.contrasts[first:]
        levels = _LEVELS[first : first + len(counts)]
        squares = counts * levels * levels
        total = float(squares.sum())
        if total == 0:
            raise ImageError("there is no ink in the picture: it has one flat tone, or nothing that stands out from it")
        return float(squares @ levels) / total

    def ink(self, channel: Pixels, level: float) -> Pixels:
        """Return the ink [H, W], 0 for paper to 255 for a contrast of `level` and above."""
        factor = self.sign * 255 / level
        table = cv2.addWeighted(_LEVELS, factor, _LEVELS, 0, -self.paper * factor, dtype=cv2.CV_8U)
        return np.asarray(cv2.LUT(channel, table), np.uint8)


def ink_channel(image: Pixels, axis: Axis | None) -> Pixels:
    """Return a picture [H, W] or [H, W, 3] as one channel [H, W]: along colour_axis, or as it is where that is None."""
    if axis is None:
        return image if image.ndim == 2 else np.asarray(cv2.extractChannel(image, 1), np.uint8)
    return np.asarray(cv2.transform(image, axis), np.uint8)


def colour_axis(image: Pixels) -> Axis | None:
    """Return weights [1, 4] of red, green, blue and 1 along which the colours of [H, W, 3] stray furthest from paper.

    The weighted sum is within 0 and 255 for all colours. Red on green of the same lightness counts like black on white.
    None is for grey pictures.
    """
    if image.ndim == 2:
        return None
    step = -(-max(image.shape[:2]) // _COLOUR_SIZE)
    sample = np.ascontiguousarray(image[::step, ::step])
    red, green, blue = cv2.split(sample)
    if not (cv2.countNonZero(cv2.subtract(red, blue)) or cv2.countNonZero(cv2.absdiff(red, green))):
        return None
    edge = np.sort(border(sample), axis=0)
    stray = sample.reshape(-1, 3) - edge[len(edge) // 2].astype(np.float32)
    axis = cv2.eigen(cv2.mulTransposed(stray, aTa=True))[2][0]
    axis = axis / np.abs(axis).sum()
    return np.array([[*axis, -255 * axis[axis < 0].sum()]], np.float32)


def measure(channel: Pixels) -> Tone:
    """Return the tone of one channel [H, W]."""
    at_border = np.bincount(border(channel), minlength=256)
    everywhere = _histogram(channel)
    paper = _middle(at_border)
    # Noise lies evenly about the paper, ink on one side of it: the side that the third moment names.
    sign = 1 if float(everywhere @ _CUBES[255 - paper : 511 - paper]) >= 0 else -1
    # The border or the whole may have more ink than paper: the less counts.
    noise = _SIGMA * _middle_stray(at_border, paper)
    if noise:
        noise = min(noise, _SIGMA * _middle_stray(everywhere, paper))
    contrasts = everywhere[paper:] if sign > 0 else everywhere[paper::-1]
    darkest, lightest = cv2.minMaxLoc(channel)[:2]
    strongest = lightest - paper if sign > 0 else paper - darkest
    return Tone(paper, sign, noise, int(strongest), contrasts)


def calmed(channel: Pixels, deviation: float) -> tuple[Pixels, Tone]:
    """Return a channel without the noise of its paper, where that is much beside the ink, and its tone.

    `deviation` is how far noise is averaged, in pixels.
    """
    tone = measure(channel)
    if tone.noise < _CALM * tone.strongest:
        return channel, tone
    calm = np.asarray(cv2.GaussianBlur(channel, (0, 0), deviation), np.uint8)
    return calm, measure(calm)


def _histogram(channel: Pixels) -> Histogram:
    return np.asarray(cv2.calcHist([channel], [0], None, [256], [0, 256]), np.float64).ravel()


def _middle(counts: npt.NDArray[Any]) -> int:
    """Return the median of the values that were counted."""
    sums = counts.cumsum()
    return int(sums.searchsorted(0.5 * sums[-1]))


def _middle_stray(counts: npt.NDArray[Any], paper: int) -> int:
    """Return the median of how far the values that were counted are from the paper."""
    both = counts[paper:].astype(np.float64)
    darker = counts[:paper][::-1]
    length = min(len(both) - 1, len(darker))
    both[1 : length + 1] += darker[:length]
    return _middle(np.concatenate([both, darker[length:]]))
