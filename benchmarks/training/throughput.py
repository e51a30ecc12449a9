"""Compares training with its ceiling: forward and backward passes of the same network on prepared images."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import torch
from torch.nn import functional

from benchmarks.training.ours import to_ninety_nine
from lenet_trainer.datasets.loader import load
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.progress import Silent
from lenet_trainer.training.data import prepare
from lenet_trainer.training.loop import train


def throughput(data_dir: Path, threads: int, rounds: int) -> tuple[float, float]:
    """Return images per second of training and of a bare loop: medians over alternating rounds of one epoch."""
    torch.set_num_threads(threads)
    settings = replace(to_ninety_nine(data_dir, 0, threads), epochs=1)
    dataset = load(settings, Silent())
    data = prepare(dataset, settings)
    count = len(dataset.train_labels)
    pixels = torch.from_numpy(dataset.train_images).float()  # [N, 1, 28, 28]
    labels = torch.from_numpy(dataset.train_labels)
    network = LeNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def bare() -> float:
        started = time.perf_counter()
        for start in range(0, count, settings.batch_size):
            network.zero_grad()
            batch = slice(start, start + settings.batch_size)
            functional.cross_entropy(network(pixels[batch]), labels[batch]).backward()  # type: ignore[no-untyped-call]
        return time.perf_counter() - started

    def trained() -> float:
        return train(data, settings, Silent()).seconds  # of the epoch, without the preparation before it

    seconds: dict[Callable[[], float], list[float]] = {trained: [], bare: []}
    for _ in range(rounds):
        for work, taken in seconds.items():
            taken.append(work())
    return count / median(seconds[trained]), count / median(seconds[bare])
