"""The teacher of distillation: a larger network, trained on the same images, never published."""

from collections import OrderedDict
from dataclasses import replace

from torch import nn

from lenet_trainer.networks.network import Network, Normalise
from lenet_trainer.reference.layers import output_size
from lenet_trainer.settings import TrainSettings

CHANNELS = (
    16,
    32,
    64,
)  # of the three stages; wider is more accurate and slower: 20 seconds per epoch of MNIST on two cores
MIN_UNPADDED = 16  # rows or columns from which the last convolution needs no padding
# Chosen on MNIST's validation images; docs/training.md has the table.
LEARNING_RATE, WEIGHT_DECAY, AVERAGE_DECAY, BATCH_SIZE = 0.003, 0.1, 0.998, 128


class Teacher(Network):
    """Five 3×3 convolutions with batch normalisation (Ioffe and Szegedy, 2015) and ReLU, then one dense layer."""

    def __init__(self, labels: int = 10, channels: int = 1, height: int = 28, width: int = 28):
        first, second, third = CHANNELS
        layers: OrderedDict[str, nn.Module] = OrderedDict()  # shapes for one 28×28 image:
        layers["normalise"] = Normalise(channels)  # 1 × 28 × 28
        layers["block1"] = block(channels, first)
        layers["pool1"] = nn.MaxPool2d(2)  # 16 × 14 × 14
        layers["block2"] = block(first, second)
        layers["block3"] = block(second, second)
        layers["pool2"] = nn.MaxPool2d(2)  # 32 × 7 × 7
        layers["block4"] = block(second, third)
        # Without padding the smallest images leave one value, and batch normalisation fails on a batch of one value.
        padding = 0 if max(height, width) >= MIN_UNPADDED else 1
        layers["block5"] = block(third, third, padding)  # 64 × 5 × 5
        layers["flatten"] = nn.Flatten()
        rows, columns = (output_size(size // 4, kernel=3, padding=2 * padding) for size in (height, width))
        layers["dense"] = nn.Linear(third * rows * columns, labels)
        super().__init__(layers, (channels, height, width), "relu")


def block(inputs: int, outputs: int, padding: int = 1) -> nn.Sequential:
    """Return a 3×3 convolution with batch normalisation and ReLU."""
    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def teacher_settings(settings: TrainSettings) -> TrainSettings:
    """Return the teacher's settings: the same data, augmentation and validation, its own optimisation."""
    return replace(
        settings,
        epochs=settings.teacher_epochs,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
        weight_decay=WEIGHT_DECAY,
        average_decay=AVERAGE_DECAY,
        compile=False,
    )
