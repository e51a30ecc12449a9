"""Prepares a dataset for training: split off validation images, move both parts to the device, weigh the labels."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.augmentation import Augmentation, augmentation
from lenet_trainer.training.class_weights import class_weights
from lenet_trainer.training.device import choose_device

SPLIT_SEED = 0  # independent of --seed: every seed gets the same validation images, so their accuracies compare


@dataclass(frozen=True)
class TrainingData:
    """What a training learns from, all on one device; the test split is not part of it."""

    device: torch.device
    train_images: Tensor  # uint8 [N, C, H, W]
    train_labels: Tensor  # int64 [N]
    validation_images: Tensor  # uint8 [V, C, H, W]; V may be 0
    validation_labels: Tensor  # int64 [V]
    class_weights: Tensor | None  # float32 [K]; None for equal weights
    augmentation: Augmentation
    label_count: int
    dataset_sha256: str

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        channels, height, width = self.train_images.shape[1:]
        return channels, height, width


def prepare(dataset: Dataset, settings: TrainSettings) -> TrainingData:
    """Return the dataset's training split, prepared as the settings say; raises SettingsError without the device."""
    device = choose_device(settings.device)
    images = torch.from_numpy(dataset.train_images).to(device)  # [N, C, H, W]
    labels = torch.from_numpy(dataset.train_labels).to(device)  # [N]
    validation, training = (part.to(device) for part in split(len(images), settings.validation_share))
    return TrainingData(
        device,
        images[training],
        labels[training],
        images[validation],
        labels[validation],
        class_weights(labels[training], len(dataset.labels), settings.class_weights),
        augmentation(settings, dataset.outside),
        len(dataset.labels),
        dataset.sha256,
    )


def split(count: int, validation_share: float) -> tuple[Tensor, Tensor]:
    """Return the indices of the validation images and of the training images, the same ones in every run."""
    shuffled = torch.randperm(count, generator=torch.Generator().manual_seed(SPLIT_SEED))
    validation, training = shuffled.tensor_split([round(count * validation_share)])
    return validation, training
