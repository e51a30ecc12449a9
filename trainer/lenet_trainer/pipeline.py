"""From settings to a published model: load, train, test, export, verify, publish."""

import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.loader import load
from lenet_trainer.errors import VerificationError
from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.model_card import SeedResult, model_card
from lenet_trainer.export.model_file import parse_model
from lenet_trainer.export.onnx_graph import export
from lenet_trainer.export.publication import publish, require_writable
from lenet_trainer.export.verification import ParityReport, verify
from lenet_trainer.networks.layer_table import layers
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.accuracy import count_correct
from lenet_trainer.training.checkpoint import CheckpointFile
from lenet_trainer.training.data import prepare
from lenet_trainer.training.distillation.student import train_student
from lenet_trainer.training.loop import TrainingResult, train
from lenet_trainer.training.scalars import Scalars
from lenet_trainer.training.tensorboard import event_files

CHECKPOINTS = ".training"  # in the model's folder; the server reads only folders whose names are numbers


@dataclass(frozen=True)
class Outcome:
    """A published version: its verification and its folder."""

    parity: ParityReport
    path: Path


def train_and_publish(settings: TrainSettings, now: datetime, progress: Progress) -> Outcome:
    """Train as the settings say and publish the model; `now` is the UTC time written into it.

    Checkpoints stay in a hidden folder of the output until the model is published. Those of an earlier training are
    removed, unless the settings say `resume`. Raises DatasetError, SettingsError, CheckpointError, TrainingError,
    PublishError or VerificationError; then nothing is published.
    """
    require_writable(settings.output)  # now, not after minutes of training
    dataset = load(settings, progress)
    checkpoints = settings.output / CHECKPOINTS
    if not settings.resume and checkpoints.is_dir():
        progress.say(f"removing {checkpoints} of an unfinished training; --resume would continue it")
        shutil.rmtree(checkpoints)
    with event_files(settings.tensorboard) as scalars:
        trained = train_lenet(dataset, settings, progress, checkpoints, scalars)
    outcome = publish_trained(trained, dataset, settings, now, progress)
    shutil.rmtree(checkpoints, ignore_errors=True)
    return outcome


def train_lenet(
    dataset: Dataset, settings: TrainSettings, progress: Progress, checkpoints: Path, scalars: Scalars | None
) -> TrainingResult:
    """Train LeNet on the labels, or as the student of a teacher if the settings have `teacher_epochs`."""
    data = prepare(dataset, settings)
    if settings.teacher_epochs:
        return train_student(data, settings, progress, checkpoints, scalars)
    checkpoint = CheckpointFile(checkpoints / "model", settings.checkpoint_seconds)
    return train(data, settings, progress, checkpoint=checkpoint, scalars=scalars)


def publish_trained(
    trained: TrainingResult,
    dataset: Dataset,
    settings: TrainSettings,
    now: datetime,
    progress: Progress,
    seeds: Sequence[SeedResult] = (),
) -> Outcome:
    """Test, export, verify and publish what was trained with these settings; the model card lists `seeds`.

    Raises PublishError or VerificationError; then nothing is published.
    """
    metadata = describe(dataset, settings, trained, now)
    content = export(trained.network, metadata, settings.graph)
    parity = verify(parse_model(content), dataset, progress)
    if parity.right != round(metadata.test_accuracy * metadata.test_images):
        # verify rebuilds the network from the file; only this check compares the file with the network in memory.
        raise VerificationError("the exported file and the trained network differ in accuracy; nothing is published")
    card = model_card(metadata, layers(trained.network), dataset, parity, seeds)
    return Outcome(parity, publish(content, card, parity, settings.output))


def describe(dataset: Dataset, settings: TrainSettings, trained: TrainingResult, now: datetime) -> ModelMetadata:
    """Return the metadata of a trained network; the test split is used here for the first time."""
    images, labels = (torch.from_numpy(array) for array in dataset.split("test"))
    correct = count_correct(trained.network, images, labels)
    return ModelMetadata(
        labels=dataset.labels,
        fit=dataset.fit,
        dataset=dataset.name,
        dataset_sha256=dataset.sha256,
        test_accuracy=correct / len(images),
        test_images=len(images),
        parameters=trained.network.parameter_count,
        training=settings.of_the_weights()
        | dict(dataset.split_settings)
        | {
            "epochs": trained.epochs,
            "threads": torch.get_num_threads(),
            "device": trained.device,
            "steps": trained.steps,
            "seconds": round(trained.seconds, 1),
            "validation_images": trained.validation_images,
            "validation_accuracy": trained.validation_accuracy,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        trainer_version=version("lenet-trainer"),
        created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
