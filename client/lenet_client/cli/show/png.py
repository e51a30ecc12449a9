"""The same as a PNG file: the picture, what the model was given, and the scores as bars. Needs Pillow."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lenet_client import Inspection
from lenet_client.cli.show.pixel_grid import Picture, of_file, of_input

SIDE, GAP = 280, 20  # pixels: of each picture, and between all things
TEXT, BAR = 14, 22  # height of letters, and of a bar's row
WIDEST_LABEL = 24  # letters
PAPER, INK, FAINT = "white", "#1b2733", "#2f6db3"


def write_drawing(inspection: Inspection, path: str, output: str) -> None:
    """Write the drawing to `output`. Raises OSError where that cannot be done."""
    panels = [(f"given to {inspection.model}:{inspection.version}", of_input(inspection.input))]
    if original := of_file(path, SIDE):
        panels.insert(0, (Path(path).name, original))
    top = inspection.prediction.top
    head = GAP + TEXT + GAP // 2
    sheet = Image.new("RGB", (GAP + 2 * (SIDE + GAP), head + SIDE + GAP + BAR * len(top) + GAP), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(TEXT)
    for number, (title, picture) in enumerate(panels):
        left = GAP + number * (SIDE + GAP)
        draw.text((left, GAP // 2), _shortened(title), INK, font)
        sheet.paste(_enlarged(picture), (left, head))
    texts = [_shortened(label) for label, _ in top]
    begin = GAP + int(max(font.getlength(text) for text in texts)) + GAP
    room = sheet.width - begin - 4 * GAP
    for number, (text, (_, score)) in enumerate(zip(texts, top, strict=True)):
        line = head + SIDE + GAP + number * BAR
        draw.text((GAP, line), text, INK, font)
        draw.rectangle((begin, line, begin + max(1, round(room * score)), line + TEXT), FAINT)
        draw.text((begin + room * score + GAP // 2, line), f"{score:.3f}", INK, font)
    with Path(output).open("wb") as file:
        sheet.save(file, "PNG")


def _enlarged(picture: Picture) -> Image.Image:
    """The picture with its longer side as long as it may be, its pixels still to be seen."""
    levels = bytes(level for row in picture.rows for pixel in row for level in pixel)
    image = Image.frombytes("RGB", (picture.width, picture.height), levels)
    factor = SIDE / max(image.size)
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return image.resize(size, Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.BOX)


def _shortened(text: str) -> str:
    return text if len(text) <= WIDEST_LABEL else f"{text[: WIDEST_LABEL - 1]}…"
