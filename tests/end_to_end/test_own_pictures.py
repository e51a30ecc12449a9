"""Train on a folder of coloured JPEGs, serve the model, and classify new pictures."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.support.processes import run, server_process

SHAPES = ("disc", "square", "triangle", "cross", "ring")
COLOURS = {"red": (200, 40, 40), "blue": (40, 70, 200)}
LABELS = sorted(f"{colour} {shape}" for colour in COLOURS for shape in SHAPES)


def draw(label: str, random: np.random.Generator) -> Image.Image:
    """Draw a shape of the label's colour on a pale, noisy ground in a picture of random size."""
    name, shape = label.split()
    width, height = (int(side) for side in random.integers(40, 160, 2))
    ground = random.integers(190, 245, 3) + random.normal(0, 6, (height, width, 3))
    picture = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    colour = tuple(int(level + random.integers(-25, 25)) for level in COLOURS[name])
    half = int(0.32 * min(width, height))
    x, y = width // 2 + int(random.integers(-4, 5)), height // 2 + int(random.integers(-4, 5))
    box = (x - half, y - half, x + half, y + half)
    match shape:
        case "disc":
            pen.ellipse(box, fill=colour)
        case "square":
            pen.rectangle(box, fill=colour)
        case "triangle":
            pen.polygon([(x, y - half), (x - half, y + half), (x + half, y + half)], fill=colour)
        case "cross":
            pen.line((x - half, y, x + half, y), fill=colour, width=max(4, half // 2))
            pen.line((x, y - half, x, y + half), fill=colour, width=max(4, half // 2))
        case "ring":
            pen.ellipse(box, outline=colour, width=max(3, half // 3))
    return picture


def draw_folder(folder: Path, count: int, seed: int) -> Path:
    """Write `count` JPEG files of each label into folders named by label."""
    random = np.random.default_rng(seed)
    for label in LABELS:
        (folder / label).mkdir(parents=True)
        for number in range(count):
            draw(label, random).save(folder / label / f"{number}.jpg", quality=int(random.integers(60, 95)))
    return folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of ten labels, the last one rare, and a file that is not a picture."""
    folder = draw_folder(tmp_path_factory.mktemp("own") / "shapes", 24, seed=1)
    for number in range(8, 24):
        (folder / LABELS[-1] / f"{number}.jpg").unlink()
    (folder / LABELS[0] / "notes.jpg").write_text("not a picture")
    return folder


def test_coloured_pictures_of_ten_classes(pictures: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    flags = ("--dataset=folder", f"--data-dir={pictures}", "--threads=1", "--epochs=50", "--batch-size=32")
    trained = run("lenet-trainer", "train", *flags, "--output", models / "shapes")
    assert trained.returncode == 0, trained.stderr
    assert f"skipped: {pictures / LABELS[0] / 'notes.jpg'}: not a picture" in trained.stderr
    assert trained.stdout.splitlines()[-1].endswith("shapes/1")

    new = draw_folder(tmp_path / "new", 6, seed=2)
    with server_process(f"--model-repository={models}") as server:
        address = f"127.0.0.1:{server.grpc_port}"
        done = run("lenet", "classify", new, "--format=jsonl", "--labels-from-folders", "--server", address)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 60
    assert {record["label"] for record in records} <= set(LABELS)
    right = sum(Path(record["path"]).parent.name == record["label"] for record in records)
    assert right >= 42, done.stderr
