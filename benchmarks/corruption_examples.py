"""Draws examples of each corruption.

python -m benchmarks.corruption_examples --data-dir DIR --output FILE
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet_trainer.corruptions.kinds import KINDS, MIXTURE
from lenet_trainer.corruptions.sample import corrupted_images
from lenet_trainer.datasets.loader import load
from lenet_trainer.plots.contact_sheet import contact_sheet
from lenet_trainer.plots.style import plot_style, write_figure
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings

COLUMNS, SIDE = 8, 64  # pictures in a row; pixels of each
COLOURS = 128
WHITE = 255


def shown(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an RGB picture [H, W, 3] centred on a square [3, SIDE, SIDE], its proportions kept."""
    factor = SIDE / max(picture.shape[:2])
    height, width = (max(1, round(side * factor)) for side in picture.shape[:2])
    square = np.full((SIDE, SIDE, 3), WHITE, np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    square[top : top + height, left : left + width] = cv2.resize(
        picture, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    )
    return square.transpose(2, 0, 1)


def main() -> None:
    """Draw one row for each kind, three for the mixture; each picture has its label above it."""
    parser = argparse.ArgumentParser(description="Draw examples of each corruption.")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="the folder that holds mnist/")
    parser.add_argument("--split", choices=("train", "test"), default="test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    dataset = load(DataSettings(data_dir=options.data_dir), Silent())
    pictures, names = [], []
    for kind in KINDS:
        count = COLUMNS * (3 if kind == MIXTURE else 1)
        for number, each in enumerate(corrupted_images(dataset, options.split, kind, count, options.seed)):
            pictures.append(shown(each.picture))
            names.append(f"{kind}: {each.label}" if number % COLUMNS == 0 else each.label)
    with plot_style():
        write_figure(contact_sheet(pictures, names, COLUMNS), options.output, dots_per_inch=64)
    with Image.open(options.output) as drawn:
        few = drawn.convert("RGB").quantize(COLOURS)  # keeps the file small
    few.save(options.output, optimize=True)


if __name__ == "__main__":
    main()
