"""PIL images of every mode: the same prediction as for the file."""

import io
from pathlib import Path

import pytest
from PIL import Image

from lenet_client import Client, ImageError


@pytest.fixture(scope="module")
def files() -> dict[str, Path]:
    """A sample of each kind of file."""
    folder = Path(__file__).parents[2] / "samples"
    return {file.suffix: file for file in sorted(folder.iterdir())}


def test_the_prediction_is_that_of_the_file(client: Client, files: dict[str, Path]) -> None:
    for file in files.values():
        with Image.open(file) as image:
            assert client.classify(image, top_k=10) == client.classify(file, top_k=10), file.name


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "F", "I", "I;16", "La"])
def test_every_mode_is_classified(client: Client, mode: str) -> None:
    with Image.open(Path(__file__).parents[2] / "samples/7_0.bmp") as image:
        grey = image.convert("L")
        if mode == "La":
            converted = grey.convert("LA").convert("La")
        elif mode == "I;16":
            converted = grey.convert("I").point(lambda value: value * 257).convert(mode)
        elif mode in ("CMYK", "YCbCr", "HSV"):
            converted = grey.convert("RGB").convert(mode)
        else:
            converted = grey.convert(mode)
    assert client.classify(converted).label == "7"


def test_the_exif_orientation_is_applied(client: Client) -> None:
    with Image.open(Path(__file__).parents[2] / "samples/7_0.bmp") as image:
        turned = image.convert("L").rotate(90, expand=True, fillcolor=255)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned clockwise by a quarter
    file = io.BytesIO()
    turned.save(file, "JPEG", quality=95, exif=exif)
    with Image.open(file) as image:
        assert client.classify(image).label == client.classify(file.getvalue()).label == "7"


def test_a_truncated_file_is_an_image_error(client: Client) -> None:
    content = (Path(__file__).parents[2] / "samples/7_0.bmp").read_bytes()
    with (
        Image.open(io.BytesIO(content[: len(content) // 2])) as image,
        pytest.raises(ImageError, match="cannot be read"),
    ):
        client.classify(image)
