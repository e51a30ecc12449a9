"""What a teacher teaches: distorted training pictures, and the teacher's answers to them (Hinton et al., 2015)."""

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from lenet_trainer.networks.lenet import Network
from lenet_trainer.training.augmentation import Augmentation

BATCH_SIZE = 500


class Lessons(Protocol):
    """Pictures and answers for each epoch."""

    def of_epoch(self, epoch: int, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Distorted pictures float32 [B, C, H, W] of the training pictures with indices [B], and logits [B, K]."""


class TeacherLessons:
    """Lessons given by a network: `rounds` passes over the pictures [N, C, H, W], repeated from then on.

    A round is computed when it is first wanted, from random numbers of its own, so that it is the same whenever that
    is; it is kept in memory, a byte for each pixel.
    """

    def __init__(self, teacher: Network, images: Tensor, augmentation: Augmentation, rounds: int, seed: int):
        self.teacher = teacher.eval().to(images.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.images, self.augmentation, self.rounds, self.seed = images, augmentation, rounds, seed
        self.given: dict[int, tuple[Tensor, Tensor]] = {}

    def of_epoch(self, epoch: int, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Distorted pictures float32 [B, C, H, W] of the training pictures with indices [B], and logits [B, K]."""
        number = epoch % self.rounds
        if number not in self.given:
            self.given[number] = self.give(number)
        pictures, answers = self.given[number]
        return pictures[indices].float(), answers[indices].float()

    @torch.no_grad()
    def give(self, number: int) -> tuple[Tensor, Tensor]:
        """A round: distorted pictures uint8 [N, C, H, W] and the teacher's logits, float16 [N, K]."""
        generator = torch.Generator().manual_seed((self.seed << 16) + number)
        pictures = torch.empty_like(self.images)
        answers = []
        for start in range(0, len(pictures), BATCH_SIZE):
            distorted = self.augmentation.apply(self.images[start : start + BATCH_SIZE].float(), generator)
            batch = distorted.round().clamp(0, 255).byte()  # the teacher sees what the pupil will see
            pictures[start : start + BATCH_SIZE] = batch
            answers.append(self.teacher(batch).half())
        return pictures, torch.cat(answers)


def distillation_loss(logits: Tensor, answers: Tensor, temperature: float, counts: Tensor | None = None) -> Tensor:
    """How far the softened probabilities of logits [B, K] are from the teacher's: T² · Σ p · log(p / q), a mean.

    With `counts` [B] pictures count as much in the mean.

    The formula is that of Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015.
    """
    pupil = functional.log_softmax(logits / temperature, dim=1)
    teacher = functional.log_softmax(answers / temperature, dim=1)
    if counts is None:
        return temperature**2 * functional.kl_div(pupil, teacher, reduction="batchmean", log_target=True)
    apart = functional.kl_div(pupil, teacher, reduction="none", log_target=True).sum(dim=1)  # [B]
    return temperature**2 * (counts @ apart) / counts.sum()
