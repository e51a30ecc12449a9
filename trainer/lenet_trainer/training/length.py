"""Decides how many epochs and steps a training takes."""

import math
from dataclasses import dataclass

from lenet_trainer.settings import TrainSettings

# Where --epochs is not given: 15 epochs for datasets of MNIST's size. A small dataset has few steps per epoch, so it
# gets as many epochs as add up to MIN_STEPS.
DEFAULT_EPOCHS = 15
MIN_STEPS = 1500


@dataclass(frozen=True)
class TrainingLength:
    """The epochs, counting one that is cut short, and the steps of a training."""

    epochs: int
    steps: int


def training_length(images: int, settings: TrainSettings) -> TrainingLength:
    """Return the length of a training on that many images: `epochs`, or the defaults, but at most `max_steps`."""
    steps_per_epoch = math.ceil(images / settings.batch_size)
    epochs = settings.epochs or max(DEFAULT_EPOCHS, math.ceil(MIN_STEPS / steps_per_epoch))
    steps = min(epochs * steps_per_epoch, settings.max_steps or epochs * steps_per_epoch)
    return TrainingLength(math.ceil(steps / steps_per_epoch), steps)
