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
from lenet_trainer.lecture.layer_table import layers
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.distillation.student import train_taught
from lenet_trainer.training.loop import Trained, count_right
from lenet_trainer.training.tensorboard import event_files

CHECKPOINTS = ".training"  # in the model's folder, where the server looks at numbers only


@dataclass(frozen=True)
class Outcome:
    """What a training left behind: the checked comparison and the folder of the published version."""

    parity: ParityReport
    path: Path


def train_and_publish(settings: TrainSettings, now: datetime, progress: Progress) -> Outcome:
    """Train as the settings say and publish the model; `now` is the UTC time written into it.

    Checkpoints are kept in a hidden folder of the output until it is published; those of an earlier training are
    removed, unless the settings say `resume`. Raises DatasetError, SettingsError, CheckpointError, TrainingError,
    PublishError or VerificationError; then nothing is published.
    """
    require_writable(settings.output)  # not after minutes of training
    dataset = load(settings, progress)
    if not settings.resume and (settings.output / CHECKPOINTS).is_dir():
        progress.say(f"{settings.output / CHECKPOINTS}, of an unfinished training, is removed: --resume would go on")
        shutil.rmtree(settings.output / CHECKPOINTS)
    with event_files(settings.tensorboard) as scalars:
        trained = train_taught(dataset, settings, progress, settings.output / CHECKPOINTS, scalars)
    outcome = publish_trained(trained, dataset, settings, now, progress)
    shutil.rmtree(settings.output / CHECKPOINTS, ignore_errors=True)
    return outcome


def publish_trained(
    trained: Trained,
    dataset: Dataset,
    settings: TrainSettings,
    now: datetime,
    progress: Progress,
    seeds: Sequence[SeedResult] = (),
) -> Outcome:
    """Test, export, verify and publish what was trained with these settings; `seeds` are told of in the card.

    Raises PublishError or VerificationError; then nothing is published.
    """
    metadata = describe(dataset, settings, trained, now)
    content = export(trained.network, metadata)
    parity = verify(parse_model(content), dataset, progress)
    if parity.right != round(metadata.test_accuracy * metadata.test_images):
        # verify rebuilds PyTorch's network from the file, so only this compares the file with the trained network.
        raise VerificationError("the exported file and the trained network differ in accuracy; nothing is published")
    card = model_card(metadata, layers(trained.network), dataset, parity, seeds)
    return Outcome(parity, publish(content, card, parity, settings.output))


def describe(dataset: Dataset, settings: TrainSettings, trained: Trained, now: datetime) -> ModelMetadata:
    """The metadata of a trained network; here, once, the test split is looked at."""
    images, labels = (torch.from_numpy(array) for array in dataset.split("test"))
    right = count_right(trained.network, images, labels, torch.arange(len(images)))
    return ModelMetadata(
        labels=dataset.labels,
        fit=dataset.fit,
        dataset=dataset.name,
        dataset_sha256=dataset.sha256,
        test_accuracy=right / len(images),
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
