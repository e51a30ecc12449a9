"""Our trainer, from its imports to its test accuracy: one of the two processes that the benchmark times."""

import argparse
import json
from pathlib import Path

import torch

from lenet_trainer.cli.progress_display import Lines
from lenet_trainer.datasets.loader import load
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.loop import count_right, train


def to_ninety_nine(data_dir: Path, seed: int, threads: int) -> TrainSettings:
    """The lecture's network, as few epochs as took it past 99 % of validation pictures with something to spare."""
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
    """Train, test once, and print what came of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    settings = to_ninety_nine(arguments.data_dir, arguments.seed, arguments.threads)
    dataset = load(settings, Lines())
    trained = train(dataset, settings, Lines())
    images, labels = (torch.from_numpy(array) for array in dataset.split("test"))
    right = count_right(trained.network, images, labels, torch.arange(len(images)))
    print(json.dumps({"epochs": trained.epochs, "accuracy": right / len(images)}))


if __name__ == "__main__":
    main()
