"""Draws an inspection as a PNG file: the picture, the model's input, and the scores as bars. Needs Pillow."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lenet_client import Inspection
from lenet_client.cli.show.pixel_grid import PixelGrid, grid_of_file, grid_of_input

# All sizes are in pixels.
SIDE, GAP = 280, 20  # of each picture, and between the parts; 280 is ten times the side of the bundled model's input
TEXT_HEIGHT, BAR_ROW_HEIGHT = 14, 22
MAX_LABEL_CHARACTERS = 24
BACKGROUND_COLOUR, TEXT_COLOUR, BAR_COLOUR = "white", "#1b2733", "#2f6db3"


def write_png(inspection: Inspection, path: str, output: str) -> None:
    """Write the drawing to `output`. Raises OSError."""
    panels = [(f"input of {inspection.model}:{inspection.version}", grid_of_input(inspection.input))]
    if original := grid_of_file(path, SIDE):
        panels.insert(0, (Path(path).name, original))
    top = inspection.prediction.top
    head = GAP + TEXT_HEIGHT + GAP // 2
    canvas = Image.new(
        "RGB", (GAP + 2 * (SIDE + GAP), head + SIDE + GAP + BAR_ROW_HEIGHT * len(top) + GAP), BACKGROUND_COLOUR
    )
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(TEXT_HEIGHT)
    for number, (title, grid) in enumerate(panels):
        left = GAP + number * (SIDE + GAP)
        draw.text((left, GAP // 2), _shortened(title), TEXT_COLOUR, font)
        canvas.paste(_scaled(grid), (left, head))
    texts = [_shortened(label) for label, _ in top]
    begin = GAP + int(max(font.getlength(text) for text in texts)) + GAP
    room = canvas.width - begin - 4 * GAP
    for number, (text, (_, score)) in enumerate(zip(texts, top, strict=True)):
        line = head + SIDE + GAP + number * BAR_ROW_HEIGHT
        draw.text((GAP, line), text, TEXT_COLOUR, font)
        draw.rectangle((begin, line, begin + max(1, round(room * score)), line + TEXT_HEIGHT), BAR_COLOUR)
        draw.text((begin + room * score + GAP // 2, line), f"{score:.3f}", TEXT_COLOUR, font)
    with Path(output).open("wb") as file:
        canvas.save(file, "PNG")


def _scaled(grid: PixelGrid) -> Image.Image:
    """The grid scaled to SIDE; enlarged pixels stay sharp squares."""
    levels = bytes(level for row in grid.rows for pixel in row for level in pixel)
    image = Image.frombytes("RGB", (grid.width, grid.height), levels)
    factor = SIDE / max(image.size)
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return image.resize(size, Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.BOX)


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_LABEL_CHARACTERS else f"{text[: MAX_LABEL_CHARACTERS - 1]}…"
