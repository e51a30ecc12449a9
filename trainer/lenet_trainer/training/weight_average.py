"""The running average of the weights over the training steps, which can be published instead of the last weights."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def weight_average(network: nn.Module, decay: float) -> AveragedModel:
    """Return an exponential moving average of the network's weights and buffers, to be updated after each step."""
    return AveragedModel(network, avg_fn=running_average(decay), use_buffers=True)


def running_average(decay: float) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """Return the function (average, new value, number of earlier values) → new average.

    The past's share is min(decay, (1 + n) / (10 + n)), the warm-up of TensorFlow's ExponentialMovingAverage: the first
    steps, far from the result, are soon forgotten.
    """

    def average(past: Tensor, value: Tensor, count: Tensor | int) -> Tensor:
        if not value.is_floating_point():
            return value  # batch normalisation's count of batches
        share = min(decay, (1 + float(count)) / (10 + float(count)))
        return past.lerp(value, 1 - share)

    return average
