"""Prints an inspection: in colour with two pixels per character, or in characters of different density."""

import sys

from rich.color import Color
from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.style import Style
from rich.table import Table
from rich.text import Text

from lenet_client import Inspection
from lenet_client.cli.show.pixel_grid import Colour, PixelGrid, grid_of_file, grid_of_input

SIDE = 56  # pixels and columns at most: twice the bundled model's input, two pictures side by side in 120 columns
MIN_SIDE = 28  # of the original, beside a smaller input
BAR_COLUMNS = 30
SHADES, ASCII_SHADES = " ░▒▓█", " .:+#@"  # from black to white
NO_ORIGINAL = 'to see the file beside it: pip install "lenet-client[show]"'


def print_inspection(inspection: Inspection, path: str) -> None:
    """Print the picture and the model's input side by side, and the scores below them."""
    console = Console(highlight=False)
    model_input, original = grid_of_input(inspection.input), grid_of_file(path, SIDE)
    shape = "×".join(map(str, inspection.input.shape))
    columns = Table.grid(padding=(0, 3))
    heads: list[RenderableType] = [Text(f"input of {inspection.model} version {inspection.version} ({shape})")]
    cells: list[RenderableType] = [_drawn(model_input.within(SIDE), console)]
    if original:
        heads.insert(0, Text(path, overflow="fold"))
        cells.insert(0, _drawn(original.within(max(MIN_SIDE, min(SIDE, model_input.height))), console))
    columns.add_row(*heads)
    columns.add_row(*cells)
    parts: list[RenderableType] = [columns, Text(""), _bars(inspection)]
    if not original:
        parts.append(Text(NO_ORIGINAL, style="dim"))
    console.print(Group(*parts))


def _drawn(grid: PixelGrid, console: Console) -> RenderableType:
    return _half_blocks(grid) if console.color_system else _shaded(grid)


def _half_blocks(grid: PixelGrid) -> RenderableType:
    """Half blocks: the foreground is the upper pixel, the background the lower one."""
    segments: list[Segment] = []
    for top in range(0, grid.height, 2):
        below = grid.rows[top + 1] if top + 1 < grid.height else [None] * grid.width
        for upper, lower in zip(grid.rows[top], below, strict=True):
            segments.append(Segment("▀", Style(color=_colour(upper), bgcolor=_colour(lower) if lower else None)))
        segments.append(Segment.line())
    return Segments(segments)


def _colour(colour: Colour) -> Color:
    return Color.from_rgb(*colour)


def _shaded(grid: PixelGrid) -> RenderableType:
    """One character for each pair of pixels: the lighter they are, the denser the character."""
    shades = SHADES if _can_print(SHADES) else ASCII_SHADES
    lines = []
    for top in range(0, grid.height, 2):
        pairs = zip(*grid.rows[top : top + 2], strict=True)
        levels = [sum(map(sum, pair)) / (3 * 256 * len(pair)) for pair in pairs]
        lines.append("".join(shades[int(level * len(shades))] for level in levels))
    return Text("\n".join(lines), no_wrap=True)


def _bars(inspection: Inspection) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    full = "█" if _can_print("█") else "#"
    for label, score in inspection.prediction.top:
        table.add_row(Text(label), Text(f"{score:.3f}"), Text(full * round(BAR_COLUMNS * score)))
    return table


def _can_print(characters: str) -> bool:
    """Whether standard output's encoding has these characters."""
    try:
        characters.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
