"""Weighs the labels in the loss, so that rare labels count as much as common ones."""

import torch
from torch import Tensor

# With `auto`, labels are weighted if the largest has more than 1.5 times the images of the smallest. MNIST's ratio is
# 1.24, so its training stays unweighted.
IMBALANCE_RATIO = 1.5


def class_weights(labels: Tensor, count: int, choice: str) -> Tensor | None:
    """Return the loss weight of each of `count` labels, [K], inverse to its frequency in `labels` [N].

    Returns None for equal weights: if `choice` is `off`, or `auto` and the labels are balanced (see IMBALANCE_RATIO).
    """
    images = torch.bincount(labels, minlength=count).clamp(min=1)  # the validation split may take all of a rare label
    if choice == "off" or (choice == "auto" and images.max() <= IMBALANCE_RATIO * images.min()):
        return None
    return len(labels) / (count * images.float())
