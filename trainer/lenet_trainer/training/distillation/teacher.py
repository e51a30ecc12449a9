"""A larger network, trained on the same pictures, that teaches LeNet: it is never published."""

from collections import OrderedDict
from dataclasses import replace

from torch import nn

from lenet_trainer.networks.network import Network, Normalise
from lenet_trainer.reference.layers import output_size
from lenet_trainer.settings import TrainSettings

CHANNELS = (16, 32, 64)  # wider is better and takes longer: these are a third of a minute an epoch on two cores
SMALL = 16  # rows and columns
LEARNING_RATE, WEIGHT_DECAY, AVERAGE_DECAY, BATCH_SIZE = 0.003, 0.1, 0.998, 128


class Teacher(Network):
    """Five convolutions of 3×3 with batch normalisation (Ioffe and Szegedy, 2015), rectifiers, and one dense layer."""

    def __init__(self, labels: int = 10, channels: int = 1, height: int = 28, width: int = 28):
        first, second, third = CHANNELS
        layers: OrderedDict[str, nn.Module] = OrderedDict()  # shapes of one 28×28 picture:
        layers["normalise"] = Normalise(channels)  # 1 × 28 × 28
        layers["block1"] = block(channels, first)
        layers["pool1"] = nn.MaxPool2d(2)  # 16 × 14 × 14
        layers["block2"] = block(first, second)
        layers["block3"] = block(second, second)
        layers["pool2"] = nn.MaxPool2d(2)  # 32 × 7 × 7
        layers["block4"] = block(second, third)
        # Of the smallest pictures one value would be left, and of a batch of one of them nothing could be normalised.
        padding = 0 if max(height, width) >= SMALL else 1
        layers["block5"] = block(third, third, padding)  # 64 × 5 × 5
        layers["flatten"] = nn.Flatten()
        rows, columns = (output_size(size // 4, kernel=3, padding=2 * padding) for size in (height, width))
        layers["dense"] = nn.Linear(third * rows * columns, labels)
        super().__init__(layers, (channels, height, width), "relu")


def block(inputs: int, outputs: int, padding: int = 1) -> nn.Sequential:
    """A convolution of 3×3, normalised over the batch, and a rectifier."""
    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def teacher_settings(settings: TrainSettings) -> TrainSettings:
    """How the teacher of a training is trained: on the same pictures with the same distortions and validation."""
    return replace(
        settings,
        epochs=settings.teacher_epochs,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
        weight_decay=WEIGHT_DECAY,
        average_decay=AVERAGE_DECAY,
        compile=False,
    )
