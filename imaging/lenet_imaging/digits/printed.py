"""Ink without what was printed on the paper: ruled lines and boxes."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.boxes import boxes
from lenet_imaging.digits.components import INK_EDGE
from lenet_imaging.digits.page import is_narrow
from lenet_imaging.digits.ruled_lines import reaches_across, ruled_lines

_FAINTEST = round(0.6 * INK_EDGE)  # ink of the faintest lines that could pass for strokes


def may_have_lines(ink: Pixels) -> bool:
    """Return whether there might be ruled lines in ink [H, W] from 0 to 255: a quick look."""
    return not is_narrow(ink) and reaches_across(_mask(ink, _FAINTEST))


def without_lines(ink: Pixels) -> Pixels:
    """Return ink [H, W] from 0 to 255, of working size, without ruled lines."""
    return _without(ink, ruled_lines(_mask(ink, _FAINTEST)))


def without_boxes(ink: Pixels) -> Pixels:
    """Return ink [H, W] from 0 to 255, of working size, without boxes around other ink."""
    return _without(ink, boxes(_mask(ink, INK_EDGE)))


def masked(ink: Pixels, mask: Pixels) -> Pixels:
    """Return the ink where a mask, at any resolution, has something too; all of it where none were left."""
    if mask.shape != ink.shape:
        mask = np.asarray(cv2.resize(mask, ink.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    left = np.asarray(cv2.copyTo(ink, mask), np.uint8)
    return left if cv2.minMaxLoc(left)[1] > INK_EDGE else ink


def _without(ink: Pixels, printed: Pixels | None) -> Pixels:
    return ink if printed is None else masked(ink, np.asarray(cv2.bitwise_not(printed), np.uint8))


def _mask(ink: Pixels, edge: int) -> Pixels:
    return np.asarray(cv2.threshold(ink, edge, 255, cv2.THRESH_BINARY)[1], np.uint8)
