"""The state of one training, which a checkpoint can hold: network, optimiser, schedule, random numbers, counts."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from lenet_trainer.networks.lenet import Network
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.augmentation import augmentation
from lenet_trainer.training.distillation.soft_targets import Lessons, distillation_loss

WARM_UP_SHARE = 0.2  # of all steps, in which the learning rate climbs


class Run:
    """A training under way on images [N, C, H, W] with labels [N], up to `total` steps.

    `step` and `epochs` count what is done, `seconds` what it took, `accuracy` is the last one on validation pictures.
    """

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
        lessons: Lessons | None = None,
    ):
        self.network, self.images, self.labels, self.weights = network, images, labels, weights
        self.compiled = torch.compile(network) if settings.compile else network
        self.batch_size, self.total, self.generator = settings.batch_size, total, generator
        self.lessons, self.temperature = lessons, settings.temperature
        self.augmentation = augmentation(settings, outside)
        # The fused kernel updates all weights at once: small networks have many small tensors.
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
        )
        # So few steps have no time to warm up, and the schedule would divide by the length of its first phase.
        warm_up = WARM_UP_SHARE if total > 1 / WARM_UP_SHARE else 0.9 / total
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, settings.learning_rate, total_steps=total, pct_start=warm_up
        )
        self.average: AveragedModel | None = None
        if settings.average_decay:
            self.average = AveragedModel(network, avg_fn=running_average(settings.average_decay), use_buffers=True)
        self.step = self.epochs = 0
        self.seconds = 0.0
        self.accuracy: float | None = None

    @property
    def result(self) -> Network:
        """What the training gives: the network, or the running average of it."""
        return self.average.module if self.average else self.network  # type: ignore[return-value]

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def epoch(self, progress: Progress) -> float:
        """One pass, or what is left of the steps, over all pictures, reordered: the mean loss."""
        self.network.train()
        order = torch.randperm(len(self.images), generator=self.generator).to(self.images.device)
        losses: list[Tensor] = []
        for batch in torch.split(order, self.batch_size):  # [B]
            if self.step == self.total:
                break
            loss = self.loss(batch)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            if self.step + 1 < self.total:
                self.schedule.step()
            if self.average:
                self.average.update_parameters(self.network)
            self.step += 1
            losses.append(loss.detach())
            progress.advance()
        self.epochs += 1
        return float(torch.stack(losses).mean())

    def loss(self, batch: Tensor) -> Tensor:
        """How far the network's answers are from the labels, or from the teacher's answers, for indices [B]."""
        # Whatever size a batch has, it would be compiled for: the last one of an epoch is not worth it.
        network = self.compiled if len(batch) == self.batch_size else self.network
        if self.lessons:
            pixels, answers = self.lessons.of_epoch(self.epochs, batch)
            counts = None if self.weights is None else self.weights[self.labels[batch]]
            return distillation_loss(network(pixels), answers, self.temperature, counts)
        pixels = self.augmentation.apply(self.images[batch].float(), self.generator)  # [B, C, H, W]
        return nn.functional.cross_entropy(network(pixels), self.labels[batch], self.weights)

    def state(self) -> dict[str, Any]:
        """All that the rest of the training depends on, as tensors and plain values."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average.state_dict() if self.average else None,
            "generator": self.generator.get_state(),
            "step": self.step,
            "epochs": self.epochs,
            "seconds": self.seconds,
            "accuracy": self.accuracy,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state that a run of the same settings was in."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        if self.average:
            self.average.load_state_dict(state["average"])
        self.generator.set_state(state["generator"])
        self.step, self.epochs = state["step"], state["epochs"]
        self.seconds, self.accuracy = state["seconds"], state["accuracy"]


def running_average(decay: float) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """The function from an average, a new value and the count of values before it to the new average.

    `decay` is the share of the past, which is smaller at first: after few steps there is little worth remembering.
    """

    def average(past: Tensor, value: Tensor, count: Tensor | int) -> Tensor:
        if not value.is_floating_point():
            return value  # batch normalisation counts its batches
        share = min(decay, (1 + float(count)) / (10 + float(count)))
        return past.lerp(value, 1 - share)

    return average
