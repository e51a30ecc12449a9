"""Trains LeNet, after a teacher where the settings ask for one, with a checkpoint for each of the two."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.augmentation import augmentation
from lenet_trainer.training.checkpoint import CheckpointFile
from lenet_trainer.training.distillation.soft_targets import TeacherLessons
from lenet_trainer.training.distillation.teacher import Teacher, teacher_settings
from lenet_trainer.training.loop import Trained, choose_device, split, train
from lenet_trainer.training.scalars import Scalars


@dataclass(frozen=True)
class Prefixed:
    """Scalars under longer names."""

    scalars: Scalars
    prefix: str

    def record(self, step: int, figures: Mapping[str, float]) -> None:
        """Take down the figures after that many steps."""
        self.scalars.record(step, {f"{self.prefix}{name}": value for name, value in figures.items()})


def train_taught(
    dataset: Dataset,
    settings: TrainSettings,
    progress: Progress,
    checkpoints: Path,
    scalars: Scalars | None = None,
) -> Trained:
    """Train LeNet as `training.train` does, with checkpoints in a folder, and first its teacher where there is one."""
    pupil = CheckpointFile(checkpoints / "model", settings.checkpoint_seconds)
    if not settings.teacher_epochs:
        return train(dataset, settings, progress, checkpoint=pupil, scalars=scalars)
    progress.say("first the teacher")
    lessons = train_teacher(dataset, settings, progress, checkpoints, scalars)
    progress.say("now the model that it teaches")
    return train(dataset, settings, progress, lessons=lessons, checkpoint=pupil, scalars=scalars)


def train_teacher(
    dataset: Dataset, settings: TrainSettings, progress: Progress, checkpoints: Path, scalars: Scalars | None = None
) -> TeacherLessons:
    """Train a teacher and give its lessons on the same training pictures that its pupil will learn from."""
    teacher = train(
        dataset,
        teacher_settings(settings),
        progress,
        Teacher(len(dataset.labels), *dataset.image_shape),
        checkpoint=CheckpointFile(checkpoints / "teacher", settings.checkpoint_seconds),
        scalars=Prefixed(scalars, "teacher's ") if scalars else None,
    )
    _, training = split(len(dataset.train_images), settings.validation_share)
    images = torch.from_numpy(dataset.train_images)[training].to(choose_device(settings.device))
    distortions = augmentation(settings, dataset.outside)
    return TeacherLessons(teacher.network, images, distortions, settings.lessons, settings.seed)
