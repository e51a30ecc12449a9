"""The lessons that several trainings share are those of their recipe."""

from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.training.recipe import recipe
from benchmarks.training.seeds import StoredLessons, name_of
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.augmentation import Augmentation
from lenet_trainer.training.distillation.soft_targets import TeacherLessons


def lessons(folder: Path, settings: TrainSettings) -> StoredLessons:
    network = LeNet()
    network.initialise(torch.Generator().manual_seed(settings.seed))
    images = torch.arange(3 * 28 * 28).remainder(251).to(torch.uint8).view(3, 1, 28, 28)
    given = TeacherLessons(network, images, Augmentation(settings.shift_pixels, 0, 0), rounds=2, seed=1)
    return StoredLessons(given, folder, name_of(settings))


def test_lessons_are_given_once_for_a_recipe(tmp_path: Path) -> None:
    settings = recipe(tmp_path, seed=0)
    indices = torch.tensor([2, 0])
    first = lessons(tmp_path, settings).of_epoch(0, indices)
    stored = sorted(tmp_path.iterdir())
    assert len(stored) == 1
    again = lessons(tmp_path, replace(settings, output=Path("elsewhere"))).of_epoch(2, indices)  # of two rounds
    assert sorted(tmp_path.iterdir()) == stored
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    pictures, _ = lessons(tmp_path, replace(settings, shift_pixels=8.0)).of_epoch(0, indices)
    assert not torch.equal(pictures, first[0])
    assert len(list(tmp_path.iterdir())) == 2
