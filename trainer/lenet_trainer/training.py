"""Trains a network on pictures that stay in memory: AdamW, one learning-rate cycle, no data loader."""

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lenet_trainer.augment import Augmentation
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import SettingsError, TrainingError
from lenet_trainer.model import LeNet, Network
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings

WARM_UP_SHARE = 0.2  # of all steps, in which the learning rate climbs
EPOCHS = 15  # where the settings name none, but at least so many that it comes to
LEAST_STEPS = 1500
MOST_LINES = 50  # about so many epochs are told of
IMBALANCE = 1.5  # the largest label's pictures over the smallest's, from which on rare labels count more


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


def train(dataset: Dataset, settings: TrainSettings, progress: Progress, network: Network | None = None) -> Trained:
    """Train LeNet, or the network given instead, on the dataset's training split; the test split is not looked at.

    The weights are those of the last step. The same settings on the same kind of machine give the same weights. Raises
    TrainingError where the loss is no longer a number, and SettingsError where there is no such device.
    """
    device = choose_device(settings.device)
    generator = torch.Generator().manual_seed(settings.seed)
    images = torch.from_numpy(dataset.train_images).to(device)  # [N, C, H, W]
    labels = torch.from_numpy(dataset.train_labels).to(device)  # [N]
    shuffled = torch.randperm(len(images), generator=generator)
    validation, training = shuffled.tensor_split([round(len(images) * settings.validation_share)])

    if network is None:
        network = LeNet(len(dataset.labels), *dataset.image_shape, settings.activation, settings.pooling)
    network.initialise(generator)
    network.normalise.fit(images[training.to(device)])
    network.to(device)

    started = time.perf_counter()
    steps_per_epoch = math.ceil(len(training) / settings.batch_size)
    epochs = settings.epochs or max(EPOCHS, math.ceil(LEAST_STEPS / steps_per_epoch))
    total = min(epochs * steps_per_epoch, settings.max_steps or math.inf)
    weights = class_weights(labels[training.to(device)], len(dataset.labels), settings.class_weights)
    # Around a sign there is paper, which is 0; other pictures go on beyond their edges.
    outside = "zeros" if dataset.fit == "ink" else "border"
    run = Run(network, images, labels, weights, settings, outside, int(total), generator)
    accuracy = None
    progress.begin("training", run.total)
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False):
        for epoch in range(1, epochs + 1):
            if run.step == run.total:
                break
            loss = run.epoch(training, progress)
            if not math.isfinite(loss):
                raise TrainingError(f"the loss is {loss} in epoch {epoch}: choose a lower --learning-rate")
            line = f"epoch {epoch} of {epochs}: loss {loss:.4f}"
            if len(validation):
                accuracy = count_right(network, images, labels, validation) / len(validation)
                line += f", validation {100 * accuracy:.2f} %"
            # Epochs of a few pictures are many; not each of them is worth a line.
            if epoch == 1 or epoch % math.ceil(epochs / MOST_LINES) == 0 or run.step == run.total:
                progress.say(line)
    progress.end()
    seconds = time.perf_counter() - started
    return Trained(network.cpu().eval(), epochs, run.step, seconds, device.type, len(validation), accuracy)


class Run:
    """The state of one training: network, optimiser, schedule, and the number of steps taken."""

    def __init__(
        self,
        network: Network,
        images: Tensor,
        labels: Tensor,
        weights: Tensor | None,
        settings: TrainSettings,
        outside: str,
        total: int,
        generator: torch.Generator,
    ):
        self.network, self.images, self.labels, self.weights = network, images, labels, weights
        self.batch_size, self.total, self.generator = settings.batch_size, total, generator
        self.augmentation = Augmentation(settings.shift_pixels, settings.rotation_degrees, settings.zoom, outside)
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        # So few steps have no time to warm up, and the schedule would divide by the length of its first phase.
        warm_up = WARM_UP_SHARE if total > 1 / WARM_UP_SHARE else 0.9 / total
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, settings.learning_rate, total_steps=total, pct_start=warm_up
        )
        self.step = 0

    def epoch(self, training: Tensor, progress: Progress) -> float:
        """One pass, or what is left of the steps, over the pictures with these indices, reordered: the mean loss."""
        self.network.train()
        order = training[torch.randperm(len(training), generator=self.generator)].to(self.images.device)
        losses: list[Tensor] = []
        for batch in torch.split(order, self.batch_size):  # [B]
            if self.step == self.total:
                break
            pixels = self.augmentation.apply(self.images[batch].float(), self.generator)  # [B, C, H, W]
            loss = nn.functional.cross_entropy(self.network(pixels), self.labels[batch], self.weights)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            if self.step + 1 < self.total:
                self.schedule.step()
            self.step += 1
            losses.append(loss.detach())
            progress.advance()
        return float(torch.stack(losses).mean())


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
