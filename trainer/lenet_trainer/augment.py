"""Small random shifts, turns and zooms of a training batch, so that the network sees more hands than there were."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Augmentation:
    """How far a picture may be moved: pixels and degrees each way, and zoom as a share (0.1 is ±10 %).

    `outside` is what comes in at the edges: `zeros`, or the `border` once more.
    """

    shift_pixels: float
    rotation_degrees: float
    zoom: float
    outside: str = "zeros"

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Move every picture of float32 [B, C, H, W] by an amount of its own."""
        if not (self.shift_pixels or self.rotation_degrees or self.zoom):
            return images
        maps = self.draw(len(images), images.shape[2], images.shape[3], generator).to(images.device)
        grid = functional.affine_grid(maps, list(images.shape), align_corners=False)  # [B, H, W, 2]
        return functional.grid_sample(images, grid, mode="bilinear", padding_mode=self.outside, align_corners=False)

    def draw(self, count: int, height: int, width: int, generator: torch.Generator) -> Tensor:
        """Random affine maps [count, 2, 3] from output to input coordinates, which run from −1 to 1."""
        chance = 2 * torch.rand(4, count, generator=generator) - 1  # each from −1 to 1
        angle = chance[0] * math.radians(self.rotation_degrees)
        size = 1 / (1 + chance[1] * self.zoom)
        # In coordinates from −1 to 1 a turn keeps shapes only if it takes the aspect ratio into account.
        across, down = height / width, width / height
        x_row = torch.stack(
            [angle.cos() * size, -angle.sin() * size * across, chance[2] * self.shift_pixels * 2 / width], dim=1
        )
        y_row = torch.stack(
            [angle.sin() * size * down, angle.cos() * size, chance[3] * self.shift_pixels * 2 / height], dim=1
        )
        return torch.stack([x_row, y_row], dim=1)  # [count, 2, 3]
