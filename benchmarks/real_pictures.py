"""How many digits are recognised in pictures as people have them: python -m benchmarks.real_pictures --data-dir DIR.

Each kind of disturbance by itself, and the mixture of all: rendered from MNIST, prepared by lenet_imaging as the server
does it, and classified with the model that comes with this repository. Written is what is right, of how many, and how
long preparing took.
"""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from lenet_imaging import ImageError, Preprocessing, decode, fit
from lenet_trainer.corruptions.kinds import KINDS, MIXTURE
from lenet_trainer.corruptions.render import encode_image
from lenet_trainer.corruptions.sample import corrupted_images
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.loader import load
from lenet_trainer.export.onnx_runtime import OnnxRuntime
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings

MODEL = Path(__file__).parents[1] / "models" / "lenet" / "1" / "model.onnx"
INK = Preprocessing("ink", 1, 28, 28)


class Task(NamedTuple):
    """What one process does."""

    data_dir: Path
    split: str
    kind: str
    number: int
    seed: int
    mistakes: Path | None


class Score(NamedTuple):
    """What came of a kind: how many were right, how many refused, of how many; and milliseconds to fit each."""

    kind: str
    right: int
    number: int
    refused: int
    milliseconds: float


def score(task: Task) -> Score:
    """Render, prepare and classify the pictures of a kind."""
    cv2.setNumThreads(1)
    dataset = _load(task.data_dir)
    images, labels, seconds, refused = [], [], 0.0, 0
    made = []
    for each in corrupted_images(dataset, task.split, task.kind, task.number, task.seed):
        picture = decode(encode_image(each.picture, each.recipe.quality)[0])
        started = time.perf_counter()
        try:
            images.append(fit(picture, INK))
            labels.append(dataset.labels.index(each.label))
            if task.mistakes:
                made.append((each.index, picture))
        except ImageError:
            refused += 1
            if task.mistakes:
                _save(task, each.index, each.label, "none", picture)
        seconds += time.perf_counter() - started
    answers = OnnxRuntime(MODEL.read_bytes()).probabilities(np.stack(images), 64).argmax(axis=1)
    for (index, picture), image, label, answer in zip(made, images, labels, answers, strict=False):
        if label != answer:
            _save(task, index, str(label), str(answer), picture, image[0])
    right = int((answers == np.array(labels)).sum())
    count = len(images) + refused
    return Score(task.kind, right, count, refused, 1000 * seconds / count)


def _save(
    task: Task,
    index: int,
    label: str,
    answer: str,
    picture: np.typing.NDArray[np.uint8],
    *given: np.typing.NDArray[np.uint8],
) -> None:
    """Keep a mistake, what the model was given beside it."""
    side = 224
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    parts = [cv2.resize(each, (side, side), interpolation=cv2.INTER_AREA) for each in (grey, *given)]
    assert task.mistakes
    task.mistakes.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(task.mistakes / f"{task.kind}-{label}-{answer}-{index:05}.png"), np.hstack(parts))


def _load(data_dir: Path) -> Dataset:
    return load(DataSettings(data_dir=data_dir), Silent())


def main() -> None:
    """Write a table of all kinds."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0] if __doc__ else None)
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="the folder that holds mnist/")
    parser.add_argument("--split", choices=("train", "test"), default="test")
    parser.add_argument("--kinds", default=",".join(KINDS), help="separated by commas; default: all")
    parser.add_argument("--count", type=int, default=500, help="pictures of each kind; four times as many mixed ones")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mistakes", type=Path, help="a folder for pictures of what goes wrong")
    options = parser.parse_args()
    tasks = [
        Task(
            options.data_dir,
            options.split,
            kind,
            options.count * (4 if kind == MIXTURE else 1),
            options.seed,
            options.mistakes,
        )
        for kind in options.kinds.split(",")
    ]
    with ProcessPoolExecutor(options.processes) as pool:
        scores = {each.kind: each for each in pool.map(score, reversed(tasks))}
    print(f"| {'disturbance':<12} | right | pictures | no ink | ms to fit |")
    print("|---|---|---|---|---|")
    for task in tasks:
        each = scores[task.kind]
        print(
            f"| {each.kind:<12} | {each.right / each.number:6.1%} | {each.number} | {each.refused} "
            f"| {each.milliseconds:.1f} |"
        )


if __name__ == "__main__":
    main()
