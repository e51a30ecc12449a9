"""The ink of a glyph that was found, at the resolution that a model's input needs."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.components import INK_EDGE
from lenet_imaging.digits.find_glyph import KNOWN_MARGIN, Found
from lenet_imaging.digits.pyramid import Pyramid
from lenet_imaging.digits.tone import calmed, ink_channel
from lenet_imaging.errors import ImageError

# The longest side of a glyph, in pixels: the least where the picture has it, and what smaller glyphs are brought to.
_LEAST, _ENLARGED = 64, 96

_MARGIN = 0.05  # of the glyph's longest side, of paper around it
_CALMING = 0.012  # of the glyph's longest side: over so much noise is averaged
_SOFT_EDGE = np.ones((3, 3), np.uint8)  # around a stroke


def ink_map(pyramid: Pyramid, found: Found) -> Pixels:
    """Return the ink of a glyph, [h, w] from 0 (paper) to 255 (full ink), cropped to it.

    The longer side has 64 to 127 pixels, or 96 where the picture has fewer than 64 for it. Raises ImageError where the
    glyph does not stand out from the paper around it.
    """
    glyph = found.on_picture()
    box = found.on_picture(_MARGIN * glyph.longest + 1)
    image = found.paper.evened(pyramid.part(box, pyramid.level_of(glyph.longest, _LEAST)), box)
    channel, tone = calmed(ink_channel(image, found.axis), _CALMING * max(image.shape[:2]))
    level = tone.ink_level(tone.noise * KNOWN_MARGIN)
    kept = np.asarray(cv2.resize(found.mask_on(box), channel.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
    ink = tone.ink(channel, level)
    mask, bounds = _covered(ink, kept)
    if max(mask[bounds].shape) < _LEAST:
        around = tuple(slice(max(each.start - 1, 0), each.stop + 1) for each in bounds)
        factor = _ENLARGED / max(mask[bounds].shape)
        enlarged = cv2.resize(channel[around], None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        ink = tone.ink(np.asarray(enlarged, np.uint8), level)
        kept = np.asarray(cv2.resize(kept[around], ink.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
        mask, bounds = _covered(ink, kept)
    return np.asarray(cv2.copyTo(ink, cv2.dilate(mask, _SOFT_EDGE)), np.uint8)[bounds]


def _covered(ink: Pixels, kept: Pixels) -> tuple[Pixels, tuple[slice, slice]]:
    """Return where a glyph's ink is, and the rows and columns that it covers."""
    mask = np.asarray(cv2.bitwise_and(cv2.threshold(ink, INK_EDGE, 255, cv2.THRESH_BINARY)[1], kept), np.uint8)
    left, top, width, height = cv2.boundingRect(mask)
    if width == 0:  # what was found is no more than noise from close by
        raise ImageError("there is no ink in the picture: nothing in it stands out from the paper's noise")
    return mask, (slice(top, top + height), slice(left, left + width))
