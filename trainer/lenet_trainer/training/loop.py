"""The training loop: prepared data and settings in, a trained network out.

    data = prepare(dataset, settings)
    result = train(data, settings, Silent())

All images stay in memory on the device, so there is no data loader.
"""

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from lenet_trainer.errors import TrainingError
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.networks.network import Network
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.accuracy import count_correct
from lenet_trainer.training.checkpoint import CheckpointFile, identity
from lenet_trainer.training.data import TrainingData
from lenet_trainer.training.device import require_compiler
from lenet_trainer.training.length import training_length
from lenet_trainer.training.objective import LabelObjective, Objective
from lenet_trainer.training.scalars import Scalars
from lenet_trainer.training.state import TrainingState

MAX_REPORTED_EPOCHS = 50  # small datasets take hundreds of short epochs: then every second, third, … is reported


@dataclass(frozen=True)
class TrainingResult:
    """A trained network, on the CPU, and figures of its training."""

    network: Network
    epochs: int
    steps: int
    seconds: float
    device: str
    validation_images: int
    validation_accuracy: float | None  # after the last epoch; None without validation images


def train(
    data: TrainingData,
    settings: TrainSettings,
    progress: Progress,
    network: Network | None = None,
    objective: Objective | None = None,
    checkpoint: CheckpointFile | None = None,
    scalars: Scalars | None = None,
) -> TrainingResult:
    """Train `network`, or a new LeNet, to minimise `objective`, or the cross-entropy with the labels.

    Returns the weights of the last step, or their running average if the settings have an `average_decay`. `checkpoint`
    saves the state after epochs, and restores it first if the settings say `resume`; `scalars` records the figures of
    each epoch. The same settings on the same kind of machine give the same weights, interrupted or not. Raises
    TrainingError if the loss is no longer a finite number, SettingsError without the compiler that `compile` needs, and
    CheckpointError.
    """
    if settings.compile:
        require_compiler()
    if network is None:
        network = LeNet(data.label_count, *data.image_shape, settings.activation, settings.pooling)
    generator = torch.Generator().manual_seed(settings.seed)
    network.initialise(generator)
    network.normalise.fit(data.train_images)
    # Convolutions of few channels take half the time if the channels of a pixel are adjacent in memory.
    network.to(data.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    length = training_length(len(data.train_images), settings)
    state = TrainingState(network, generator, settings, length.steps)
    about = identity(data, settings, network, distilled=objective is not None)
    if checkpoint and settings.resume:
        checkpoint.restore(state, about, progress)
    objective = objective or LabelObjective(data)
    compiled = torch.compile(network) if settings.compile else network

    progress.begin("training", length.steps)
    progress.advance(state.step)
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False):
        while not state.finished:
            started = time.perf_counter()
            network.train()
            order = torch.randperm(len(data.train_images), generator=generator).to(data.device)  # [N]
            losses: list[Tensor] = []
            for batch in torch.split(order, settings.batch_size)[: length.steps - state.step]:  # [B]
                # PyTorch compiles for one batch size: the smaller last batch of an epoch is not worth a second time.
                forward = compiled if len(batch) == settings.batch_size else network
                loss = objective.loss(forward, state.epochs, batch, generator)
                state.descend(loss)
                losses.append(loss.detach())
                progress.advance()
            state.epochs += 1

            figures = {"loss": float(torch.stack(losses).mean()), "learning rate": state.learning_rate}
            if not math.isfinite(figures["loss"]):
                raise TrainingError(
                    f"the loss is {figures['loss']} in epoch {state.epochs}: choose a lower --learning-rate"
                )
            if len(data.validation_images):
                correct = count_correct(state.result, data.validation_images, data.validation_labels)
                state.validation_accuracy = correct / len(data.validation_images)
                figures["validation accuracy"] = state.validation_accuracy
            state.seconds += time.perf_counter() - started

            every = math.ceil(length.epochs / MAX_REPORTED_EPOCHS)
            if state.epochs == 1 or state.epochs % every == 0 or state.finished:
                progress.say(epoch_line(state.epochs, length.epochs, figures))
            if scalars:
                scalars.record(state.step, figures)
            if checkpoint:
                checkpoint.save(state, about, progress)
    progress.end()
    result = state.result.cpu().to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    return TrainingResult(
        result,
        length.epochs,
        state.step,
        state.seconds,
        data.device.type,
        len(data.validation_images),
        state.validation_accuracy,
    )


def epoch_line(epoch: int, epochs: int, figures: dict[str, float]) -> str:
    """Return the progress line of an epoch: `epoch 2 of 15: loss 0.1234, validation 98.76 %`."""
    line = f"epoch {epoch} of {epochs}: loss {figures['loss']:.4f}"
    if "validation accuracy" in figures:
        line += f", validation {100 * figures['validation accuracy']:.2f} %"
    return line
