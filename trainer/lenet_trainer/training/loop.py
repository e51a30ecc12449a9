"""Trains a network on pictures that stay in memory: AdamW, one learning-rate cycle, no data loader."""

import math
import os
import shutil
import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import SettingsError, TrainingError
from lenet_trainer.networks.lenet import LeNet, Network
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.checkpoint import CheckpointFile, identity
from lenet_trainer.training.distillation.soft_targets import Lessons
from lenet_trainer.training.scalars import Scalars
from lenet_trainer.training.state import Run

EPOCHS = 15  # where the settings name none, but at least so many that it comes to
LEAST_STEPS = 1500
MOST_LINES = 50  # about so many epochs are told of
IMBALANCE = 1.5  # the largest label's pictures over the smallest's, from which on rare labels count more
SPLIT_SEED = 0  # all seeds are watched with the same pictures, so that their accuracies can be compared


@dataclass(frozen=True)
class Trained:
    """A trained network on the CPU, and how it came about."""

    network: Network
    epochs: int
    steps: int
    seconds: float
    device: str
    validation_images: int
    validation_accuracy: float | None  # of the last epoch; None where no pictures were set aside


def train(
    dataset: Dataset,
    settings: TrainSettings,
    progress: Progress,
    network: Network | None = None,
    lessons: Lessons | None = None,
    checkpoint: CheckpointFile | None = None,
    scalars: Scalars | None = None,
) -> Trained:
    """Train LeNet, or the network given instead, on the dataset's training split; the test split is not looked at.

    The weights are those of the last step, or their running average where the settings ask for it. With `lessons` it
    learns a teacher's answers instead of the labels. With `checkpoint` the state is kept after epochs, and a state that
    is there is gone on from, if the settings say `resume`; `scalars` receives the figures of each epoch. The same
    settings on the same kind of machine give the same weights, interrupted or not. Raises TrainingError where the loss
    is no longer a number, SettingsError where there is no such device or compiler, and CheckpointError.
    """
    device = choose_device(settings.device)
    if settings.compile:
        require_compiler()
    images = torch.from_numpy(dataset.train_images).to(device)  # [N, C, H, W]
    labels = torch.from_numpy(dataset.train_labels).to(device)  # [N]
    validation, training = (part.to(device) for part in split(len(images), settings.validation_share))

    generator = torch.Generator().manual_seed(settings.seed)
    if network is None:
        network = LeNet(len(dataset.labels), *dataset.image_shape, settings.activation, settings.pooling)
    network.initialise(generator)
    network.normalise.fit(images[training])
    # Convolutions of a few channels take half the time where a pixel's channels lie side by side.
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    epochs, total = planned(len(training), settings)
    weights = class_weights(labels[training], len(dataset.labels), settings.class_weights)
    run = Run(
        network, images[training], labels[training], weights, settings, dataset.outside, total, generator, lessons
    )
    about = identity(dataset, settings, network, device, taught=lessons is not None)
    if checkpoint and settings.resume:
        checkpoint.restore(run, about, progress)

    progress.begin("training", run.total)
    progress.advance(run.step)
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False):
        while run.step < run.total:
            started = time.perf_counter()
            loss = run.epoch(progress)
            if not math.isfinite(loss):
                raise TrainingError(f"the loss is {loss} in epoch {run.epochs}: choose a lower --learning-rate")
            line = f"epoch {run.epochs} of {epochs}: loss {loss:.4f}"
            figures = {"loss": loss, "learning rate": run.learning_rate}
            if len(validation):
                run.accuracy = count_right(run.result, images, labels, validation) / len(validation)
                line += f", validation {100 * run.accuracy:.2f} %"
                figures["validation accuracy"] = run.accuracy
            run.seconds += time.perf_counter() - started
            # Epochs of a few pictures are many; not each of them is worth a line.
            if run.epochs == 1 or run.epochs % math.ceil(epochs / MOST_LINES) == 0 or run.step == run.total:
                progress.say(line)
            if scalars:
                scalars.record(run.step, figures)
            if checkpoint:
                checkpoint.keep(run, about, progress)
    progress.end()
    result = run.result.cpu().to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    return Trained(result, epochs, run.step, run.seconds, device.type, len(validation), run.accuracy)


def planned(pictures: int, settings: TrainSettings) -> tuple[int, int]:
    """How many epochs a training on so many pictures is to have, a begun one included, and how many steps."""
    steps_per_epoch = math.ceil(pictures / settings.batch_size)
    epochs = settings.epochs or max(EPOCHS, math.ceil(LEAST_STEPS / steps_per_epoch))
    steps = min(epochs * steps_per_epoch, settings.max_steps or epochs * steps_per_epoch)
    return math.ceil(steps / steps_per_epoch), steps


def split(count: int, validation_share: float) -> tuple[Tensor, Tensor]:
    """Indices of the training pictures that only watch the training, and of those that are learned from."""
    shuffled = torch.randperm(count, generator=torch.Generator().manual_seed(SPLIT_SEED))
    validation, training = shuffled.tensor_split([round(count * validation_share)])
    return validation, training


def class_weights(labels: Tensor, count: int, choice: str) -> Tensor | None:
    """How much a picture of each label counts in the loss, [K], so that all labels count alike; None for all the same.

    `choice` is `on`, `off` or `auto`, which weighs where a label has half as many pictures again as another.
    """
    pictures = torch.bincount(labels, minlength=count).clamp(min=1)  # a label may have none left to train with
    if choice == "off" or (choice == "auto" and pictures.max() <= IMBALANCE * pictures.min()):
        return None
    return len(labels) / (count * pictures.float())


@torch.no_grad()
def count_right(network: nn.Module, images: Tensor, labels: Tensor, indices: Tensor, batch_size: int = 1000) -> int:
    """How many of the pictures with these indices get the right label as the most probable one."""
    network.eval()
    right = 0
    for batch in torch.split(indices.to(images.device), batch_size):  # [B]
        right += int((network(images[batch]).argmax(dim=1) == labels[batch]).sum())
    return right


def choose_device(name: str) -> torch.device:
    """The device of that name; `auto` is CUDA where there is one, else the CPU. Raises SettingsError without CUDA."""
    if name == "cuda" and not torch.cuda.is_available():
        raise SettingsError("--device cuda (LENET_TRAINER_DEVICE): PyTorch finds no CUDA here; choose auto or cpu")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def require_compiler() -> None:
    """Raise SettingsError where there is no C++ compiler, which PyTorch would find out after the first batch."""
    if not any(map(shutil.which, (os.environ.get("CXX", ""), "g++", "clang++"))):
        raise SettingsError("--compile (LENET_TRAINER_COMPILE) needs a C++ compiler: install g++, or leave it out")
