"""The student's training material: augmented images and the teacher's logits for them."""

from typing import Protocol

import torch
from torch import Tensor

from lenet_trainer.networks.network import Network
from lenet_trainer.training.augmentation import Augmentation

BATCH_SIZE = 500  # images that the teacher classifies at once


class SoftTargets(Protocol):
    """Provides augmented images and a teacher's logits for each epoch."""

    def batch(self, epoch: int, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Return the training images with indices [B], augmented, float32 [B, C, H, W], and logits float32 [B, K]."""


class TeacherTargets:
    """Soft targets computed by a teacher network for `passes` augmented copies of the training images [N, C, H, W].

    Epoch e uses pass e mod `passes`. A pass is computed when first used, from random numbers of its own, so a resumed
    training gets the same one; it stays in memory, one byte per pixel.
    """

    def __init__(self, teacher: Network, images: Tensor, augmentation: Augmentation, passes: int, seed: int):
        self.teacher = teacher.eval().to(images.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.images, self.augmentation, self.passes, self.seed = images, augmentation, passes, seed
        self.computed: dict[int, tuple[Tensor, Tensor]] = {}

    def batch(self, epoch: int, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Return the training images with indices [B], augmented, float32 [B, C, H, W], and logits float32 [B, K]."""
        number = epoch % self.passes
        if number not in self.computed:
            self.computed[number] = self.compute(number)
        images, logits = self.computed[number]
        return images[indices].float(), logits[indices].float()

    @torch.no_grad()
    def compute(self, number: int) -> tuple[Tensor, Tensor]:
        """Return a pass: all images augmented, uint8 [N, C, H, W], and the teacher's logits, float16 [N, K]."""
        generator = torch.Generator().manual_seed((self.seed << 16) + number)
        augmented = torch.empty_like(self.images)
        logits = []
        for start in range(0, len(augmented), BATCH_SIZE):
            floats = self.augmentation.apply(self.images[start : start + BATCH_SIZE].float(), generator)
            batch = floats.round().clamp(0, 255).byte()  # the teacher classifies exactly what the student will see
            augmented[start : start + BATCH_SIZE] = batch
            logits.append(self.teacher(batch).half())
        return augmented, torch.cat(logits)
