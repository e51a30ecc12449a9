"""What a training minimises: the loss of a batch, computed from the labels or, in distillation, from a teacher."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from lenet_trainer.training.data import TrainingData

Forward = Callable[[Tensor], Tensor]  # images [B, C, H, W] to logits [B, K]: a network, compiled or not


class Objective(Protocol):
    """Computes the loss of a batch of training images."""

    def loss(self, network: Forward, epoch: int, indices: Tensor, generator: torch.Generator) -> Tensor:
        """Return the mean loss, a scalar, of the augmented training images with indices [B]; epochs count from 0."""


@dataclass(frozen=True)
class LabelObjective:
    """Cross-entropy with the labels, on images augmented anew in every epoch."""

    data: TrainingData

    def loss(self, network: Forward, epoch: int, indices: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """Return the mean loss, weighted by class, of the training images with indices [B]."""
        images = self.data.augmentation.apply(self.data.train_images[indices].float(), generator)  # [B, C, H, W]
        labels = self.data.train_labels[indices]  # [B]
        return nn.functional.cross_entropy(network(images), labels, self.data.class_weights)
