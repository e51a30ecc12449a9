"""How long a picture file takes to become the model's input: python -m benchmarks.preparing.

One process, one thread. The first row is what a data set of small PNG files consists of: pictures of the model's size,
light on black, that pass unchanged.
"""

import argparse
import time
from collections.abc import Sequence
from contextlib import suppress
from statistics import median

import cv2

from lenet_imaging import ImageError, Preprocessing, encode_png, prepare
from lenet_trainer.corruptions.render import encode_image
from lenet_trainer.corruptions.sample import corrupted_images
from lenet_trainer.datasets.digits import load_digits

INK = Preprocessing("ink", 1, 28, 28)


def files(count: int) -> dict[str, list[bytes]]:
    """Files of each kind, made of scikit-learn's digits."""
    dataset = load_digits()
    images = dataset.test_images[:count]  # [N, 1, 28, 28]
    found = {
        "28×28 PNG, light on black": [encode_png(image) for image in images],
        "28×28 PNG, dark on white": [encode_png(255 - image) for image in images],
    }
    for kind in ("plain", "shadow", "rules", "mixture"):
        found[f"{kind}, {'40 to 2,000' if kind == 'mixture' else '280×280'} pixels"] = [
            encode_image(each.picture, each.recipe.quality)[0]
            for each in corrupted_images(dataset, "test", kind, count, 0)
        ]
    return found


def microseconds(pictures: Sequence[bytes], rounds: int) -> float:
    """The median, over rounds, of the mean time of a file."""
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        for data in pictures:
            with suppress(ImageError):  # to find that there is no ink takes time as well
                prepare(data, INK)
        seconds.append((time.perf_counter() - started) / len(pictures))
    return 1e6 * median(seconds)


def main() -> None:
    """Write a table."""
    parser = argparse.ArgumentParser(description="How long a picture file takes to become the model's input.")
    parser.add_argument("--count", type=int, default=40, help="files of each kind")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print("| file | µs |\n|---|---|")
    for kind, pictures in files(options.count).items():
        print(f"| {kind} | {microseconds(pictures, options.rounds):,.0f} |")


if __name__ == "__main__":
    main()
