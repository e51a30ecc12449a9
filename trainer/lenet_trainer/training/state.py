"""The state of a training that a checkpoint holds: network, optimiser, schedule, average, random numbers, counts."""

from typing import Any

import torch
from torch import Tensor

from lenet_trainer.networks.network import Network
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.learning_rate import one_cycle
from lenet_trainer.training.weight_average import weight_average


class TrainingState:
    """A network and everything that changes with it from step to step.

    `step` and `epochs` count what is done, of `total_steps`; `seconds` is the time it took; `validation_accuracy` is
    that of the last epoch, None without validation images.
    """

    def __init__(self, network: Network, generator: torch.Generator, settings: TrainSettings, total_steps: int):
        self.network, self.generator, self.total_steps = network, generator, total_steps
        # The fused kernel updates all weights in one call: small networks have many small tensors.
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
        )
        self.schedule = one_cycle(self.optimizer, settings.learning_rate, total_steps)
        self.average = weight_average(network, settings.average_decay) if settings.average_decay else None
        self.step = self.epochs = 0
        self.seconds = 0.0
        self.validation_accuracy: float | None = None

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return self.step == self.total_steps

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    @property
    def result(self) -> Network:
        """The network to publish: the running average if there is one, else the trained network itself."""
        return self.average.module if self.average else self.network  # type: ignore[return-value]

    def descend(self, loss: Tensor) -> None:
        """Take one step of gradient descent on a loss, and advance schedule, average and step count."""
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        if self.step + 1 < self.total_steps:  # the schedule has a rate for each step and none after the last
            self.schedule.step()
        if self.average:
            self.average.update_parameters(self.network)
        self.step += 1

    def state_dict(self) -> dict[str, Any]:
        """Return everything that the rest of the training depends on, as tensors and plain values."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average.state_dict() if self.average else None,
            "generator": self.generator.get_state(),
            "step": self.step,
            "epochs": self.epochs,
            "seconds": self.seconds,
            "accuracy": self.validation_accuracy,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from the `state_dict` of a training with the same settings."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        if self.average:
            self.average.load_state_dict(state["average"])
        self.generator.set_state(state["generator"])
        self.step, self.epochs = state["step"], state["epochs"]
        self.seconds, self.validation_accuracy = state["seconds"], state["accuracy"]
