"""Pictures and bars in a terminal: two pixels to a character in colour, shades of one character where there is none."""

import sys

from rich.color import Color
from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.style import Style
from rich.table import Table
from rich.text import Text

from lenet_client import Inspection
from lenet_client.cli.show.pixel_grid import Colour, Picture, of_file, of_input

SIDE = 56  # pixels, and as many columns, at most
BAR = 30  # columns
SHADES, PLAIN_SHADES = " ░▒▓█", " .:+#@"  # from black to white
NO_ORIGINAL = 'to see the file beside it: pip install "lenet-client[show]"'


def print_inspection(inspection: Inspection, path: str) -> None:
    """Print the file and the model's input side by side, and below them the scores."""
    console = Console(highlight=False)
    given, original = of_input(inspection.input), of_file(path, SIDE)
    shape = "×".join(map(str, inspection.input.shape))
    columns = Table.grid(padding=(0, 3))
    heads: list[RenderableType] = [Text(f"given to {inspection.model} version {inspection.version} ({shape})")]
    cells: list[RenderableType] = [_drawn(given.within(SIDE), console)]
    if original:
        heads.insert(0, Text(path, overflow="fold"))
        cells.insert(0, _drawn(original.within(max(28, min(SIDE, given.height))), console))
    columns.add_row(*heads)
    columns.add_row(*cells)
    parts: list[RenderableType] = [columns, Text(""), _bars(inspection)]
    if not original:
        parts.append(Text(NO_ORIGINAL, style="dim"))
    console.print(Group(*parts))


def _drawn(picture: Picture, console: Console) -> RenderableType:
    return _half_blocks(picture) if console.color_system else _shaded(picture)


def _half_blocks(picture: Picture) -> RenderableType:
    """The upper half of each character is one pixel, its background the one below."""
    segments: list[Segment] = []
    for top in range(0, picture.height, 2):
        below = picture.rows[top + 1] if top + 1 < picture.height else [None] * picture.width
        for upper, lower in zip(picture.rows[top], below, strict=True):
            segments.append(Segment("▀", Style(color=_colour(upper), bgcolor=_colour(lower) if lower else None)))
        segments.append(Segment.line())
    return Segments(segments)


def _colour(colour: Colour) -> Color:
    return Color.from_rgb(*colour)


def _shaded(picture: Picture) -> RenderableType:
    """The lighter a pair of pixels, the more of its character is filled."""
    shades = SHADES if _knows(SHADES) else PLAIN_SHADES
    lines = []
    for top in range(0, picture.height, 2):
        pairs = zip(*picture.rows[top : top + 2], strict=True)
        levels = [sum(map(sum, pair)) / (3 * 256 * len(pair)) for pair in pairs]
        lines.append("".join(shades[int(level * len(shades))] for level in levels))
    return Text("\n".join(lines), no_wrap=True)


def _bars(inspection: Inspection) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    full = "█" if _knows("█") else "#"
    for label, score in inspection.prediction.top:
        table.add_row(Text(label), Text(f"{score:.3f}"), Text(full * round(BAR * score)))
    return table


def _knows(characters: str) -> bool:
    """Whether standard output has these characters."""
    try:
        characters.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
