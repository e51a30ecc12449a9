"""Trains with lenet-trainer, from its imports to its test accuracy: one of the two processes that are timed."""

import argparse
import json
from pathlib import Path

import torch

from lenet_trainer.cli.progress_display import Lines
from lenet_trainer.datasets.loader import load
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.accuracy import count_correct
from lenet_trainer.training.data import prepare
from lenet_trainer.training.loop import train


def to_ninety_nine(data_dir: Path, seed: int, threads: int) -> TrainSettings:
    """Return settings that take LeNet safely past 99 % of the validation images in the fewest epochs."""
    return TrainSettings(
        dataset="mnist",
        data_dir=data_dir,
        seed=seed,
        threads=threads,
        epochs=8,
        batch_size=128,
        learning_rate=0.01,
        shift_pixels=1.0,
        rotation_degrees=0.0,
        zoom=0.0,
        validation_share=0.0,
    )


def main() -> None:
    """Train, test once, and print epochs and test accuracy as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    settings = to_ninety_nine(arguments.data_dir, arguments.seed, arguments.threads)
    dataset = load(settings, Lines())
    trained = train(prepare(dataset, settings), settings, Lines())
    images, labels = (torch.from_numpy(array) for array in dataset.split("test"))
    correct = count_correct(trained.network, images, labels)
    print(json.dumps({"epochs": trained.epochs, "accuracy": correct / len(images)}))


if __name__ == "__main__":
    main()
