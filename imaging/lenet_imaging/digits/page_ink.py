"""The ink of a whole page, on which there may be several glyphs."""

from typing import NamedTuple

from lenet_imaging.arrays import Pixels
from lenet_imaging.digits.find_glyph import CALMING, NOISE_MARGIN
from lenet_imaging.digits.paper import QUICK_SIZE, WORKING_SIZE, Paper, find_paper
from lenet_imaging.digits.printed import without_lines
from lenet_imaging.digits.pyramid import Pyramid
from lenet_imaging.digits.tone import Axis, calmed, colour_axis, ink_channel

_LONGEST = 8 * WORKING_SIZE  # pixels of the longest side


class PageInk(NamedTuple):
    """The ink of a page, [H, W] from 0 to 255, without ruled lines; the paper, and the axis of their colours."""

    ink: Pixels
    paper: Paper
    axis: Axis | None


def ink_of_page(pyramid: Pyramid) -> PageInk:
    """Return the ink of a page; its shorter side has WORKING_SIZE pixels.

    Raises ImageError where nothing stands out from the paper.
    """
    paper = find_paper(pyramid)
    top, left, bottom, right = paper.box
    longest = min(round(WORKING_SIZE * paper.box.longest / min(bottom - top, right - left)), _LONGEST)
    axis = colour_axis(paper.evened(pyramid.view(paper.box, QUICK_SIZE), paper.box))
    working = paper.evened(pyramid.scaled(paper.box, longest), paper.box)
    channel, tone = calmed(ink_channel(working, axis), CALMING)
    return PageInk(without_lines(tone.ink(channel, tone.ink_level(tone.noise * NOISE_MARGIN))), paper, axis)
