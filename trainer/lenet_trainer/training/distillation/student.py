"""Trains a teacher, then LeNet as its student, each with a checkpoint of its own."""

from pathlib import Path

from lenet_trainer.networks.network import Network
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.checkpoint import CheckpointFile
from lenet_trainer.training.data import TrainingData
from lenet_trainer.training.distillation.objective import DistillationObjective
from lenet_trainer.training.distillation.soft_targets import TeacherTargets
from lenet_trainer.training.distillation.teacher import Teacher, teacher_settings
from lenet_trainer.training.loop import TrainingResult, train
from lenet_trainer.training.scalars import PrefixedScalars, Scalars


def train_student(
    data: TrainingData, settings: TrainSettings, progress: Progress, checkpoints: Path, scalars: Scalars | None = None
) -> TrainingResult:
    """Train a teacher, then LeNet on its answers; checkpoints go to `checkpoints/teacher` and `checkpoints/model`.

    Raises the errors of `training.loop.train`.
    """
    progress.say("training the teacher")
    teacher = train_teacher(data, settings, progress, checkpoints, scalars)
    progress.say("training the student")
    targets = TeacherTargets(teacher, data.train_images, data.augmentation, settings.lessons, settings.seed)
    return train(
        data,
        settings,
        progress,
        objective=DistillationObjective(data, targets, settings.temperature),
        checkpoint=CheckpointFile(checkpoints / "model", settings.checkpoint_seconds),
        scalars=scalars,
    )


def train_teacher(
    data: TrainingData, settings: TrainSettings, progress: Progress, checkpoints: Path, scalars: Scalars | None = None
) -> Network:
    """Train a teacher on the labels of the training images; the checkpoint is `checkpoints/teacher`."""
    teacher = train(
        data,
        teacher_settings(settings),
        progress,
        Teacher(data.label_count, *data.image_shape),
        checkpoint=CheckpointFile(checkpoints / "teacher", settings.checkpoint_seconds),
        scalars=PrefixedScalars(scalars, "teacher's ") if scalars else None,
    )
    return teacher.network
