"""The loss of distillation: the student learns a teacher's softened probabilities (Hinton et al., 2015)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from lenet_trainer.training.data import TrainingData
from lenet_trainer.training.distillation.soft_targets import SoftTargets
from lenet_trainer.training.objective import Forward


@dataclass(frozen=True)
class DistillationObjective:
    """The divergence from a teacher's answers, at a `temperature` that softens both sides."""

    data: TrainingData
    targets: SoftTargets
    temperature: float

    def loss(self, network: Forward, epoch: int, indices: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """Return the mean loss, weighted by class, of the training images with indices [B]."""
        images, teacher_logits = self.targets.batch(epoch, indices)  # [B, C, H, W], [B, K]
        weights = self.data.class_weights
        image_weights = None if weights is None else weights[self.data.train_labels[indices]]  # [B]
        return distillation_loss(network(images), teacher_logits, self.temperature, image_weights)


def distillation_loss(
    logits: Tensor, teacher_logits: Tensor, temperature: float, image_weights: Tensor | None = None
) -> Tensor:
    """Return the mean of T² · Σ p · log(p / q), with p = softmax(teacher_logits / T) and q = softmax(logits / T).

    Both logits are [B, K]; `image_weights` [B] weighs the images in the mean. The factor T² keeps the gradients at the
    same scale for every temperature (Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015).
    """
    student = functional.log_softmax(logits / temperature, dim=1)
    teacher = functional.log_softmax(teacher_logits / temperature, dim=1)
    if image_weights is None:
        return temperature**2 * functional.kl_div(student, teacher, reduction="batchmean", log_target=True)
    divergence = functional.kl_div(student, teacher, reduction="none", log_target=True).sum(dim=1)  # [B]
    return temperature**2 * (image_weights @ divergence) / image_weights.sum()
