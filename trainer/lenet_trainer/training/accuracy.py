"""Counts the images that a network classifies correctly."""

import torch
from torch import Tensor, nn


@torch.no_grad()
def count_correct(network: nn.Module, images: Tensor, labels: Tensor, batch_size: int = 1000) -> int:
    """Return how many images uint8 [N, C, H, W] get their label, of labels [N], as the most probable one."""
    network.eval()
    correct = 0
    for batch, expected in zip(
        torch.split(images, batch_size), torch.split(labels, batch_size), strict=True
    ):  # [B, …], [B]
        correct += int((network(batch).argmax(dim=1) == expected).sum())
    return correct
