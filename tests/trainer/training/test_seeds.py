"""Soft targets are shared by the trainings of one recipe only."""

from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.training.recipe import recipe
from benchmarks.training.seeds import StoredTargets, name_of
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.augmentation import Augmentation
from lenet_trainer.training.distillation.soft_targets import TeacherTargets


def targets(folder: Path, settings: TrainSettings) -> StoredTargets:
    network = LeNet()
    network.initialise(torch.Generator().manual_seed(settings.seed))
    images = torch.arange(3 * 28 * 28).remainder(251).to(torch.uint8).view(3, 1, 28, 28)
    computed = TeacherTargets(network, images, Augmentation(settings.shift_pixels, 0, 0), passes=2, seed=1)
    return StoredTargets(computed, folder, name_of(settings))


def test_targets_are_computed_once_for_a_recipe(tmp_path: Path) -> None:
    settings = recipe(tmp_path, seed=0)
    indices = torch.tensor([2, 0])
    first = targets(tmp_path, settings).batch(0, indices)
    stored = sorted(tmp_path.iterdir())
    assert len(stored) == 1
    again = targets(tmp_path, replace(settings, output=Path("elsewhere"))).batch(2, indices)  # of two passes
    assert sorted(tmp_path.iterdir()) == stored
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    pictures, _ = targets(tmp_path, replace(settings, shift_pixels=8.0)).batch(0, indices)
    assert not torch.equal(pictures, first[0])
    assert len(list(tmp_path.iterdir())) == 2
