"""Random distortions of training batches: shift, rotation, zoom, shear and elastic distortion."""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from lenet_trainer.settings import TrainSettings

KNOTS = 6  # an elastic distortion is random at 6×6 points and interpolated between them


@dataclass(frozen=True)
class Augmentation:
    """The maximum distortions of an image, each drawn uniformly in both directions.

    `zoom` and `shear` are shares: 0.1 is ±10 %, or a slant of one column in ten rows. `elastic_pixels` is the standard
    deviation of an elastic distortion's displacements (Simard et al., Best practices for convolutional neural networks,
    2003). `outside` fills what comes in at the edges: `zeros`, or the `border` repeated (PyTorch's padding modes).
    """

    shift_pixels: float
    rotation_degrees: float
    zoom: float
    outside: str = "zeros"
    shear: float = 0.0
    elastic_pixels: float = 0.0

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Distort each image of float32 [B, C, H, W] independently."""
        if not (self.shift_pixels or self.rotation_degrees or self.zoom or self.shear or self.elastic_pixels):
            return images
        count, height, width = len(images), images.shape[2], images.shape[3]
        maps = self.draw(count, height, width, generator)  # [B, 2, 3]
        if self.elastic_pixels:
            moves = torch.randn(count, 2, KNOTS * KNOTS, generator=generator) * self.elastic_pixels
            maps = torch.cat([maps, moves * torch.tensor([[2 / width], [2 / height]])], dim=2)
        # One matrix product computes all affine maps and all elastic displacements.
        places = (maps.flatten(0, 1) @ basis(height, width)[: maps.shape[2]]).view(count, 2, height, width)
        grid = places.permute(0, 2, 3, 1).to(images.device)  # [B, H, W, 2]
        return functional.grid_sample(images, grid, mode="bilinear", padding_mode=self.outside, align_corners=False)

    def draw(self, count: int, height: int, width: int, generator: torch.Generator) -> Tensor:
        """Return random affine maps [count, 2, 3] from output to input coordinates, which run from −1 to 1."""
        chance = 2 * torch.rand(4, count, generator=generator) - 1  # each from −1 to 1
        slant = (2 * torch.rand(count, generator=generator) - 1) * self.shear if self.shear else torch.zeros(count)
        angle = chance[0] * math.radians(self.rotation_degrees)
        size = 1 / (1 + chance[1] * self.zoom)
        # In coordinates from −1 to 1 a rotation preserves shapes only if corrected for the aspect ratio.
        across, down = height / width, width / height
        x_row = torch.stack(
            [angle.cos() * size, (slant - angle.sin()) * size * across, chance[2] * self.shift_pixels * 2 / width],
            dim=1,
        )
        y_row = torch.stack(
            [angle.sin() * size * down, angle.cos() * size, chance[3] * self.shift_pixels * 2 / height], dim=1
        )
        return torch.stack([x_row, y_row], dim=1)  # [count, 2, 3]


def augmentation(settings: TrainSettings, outside: str) -> Augmentation:
    """Return the distortions of the settings."""
    return Augmentation(
        settings.shift_pixels,
        settings.rotation_degrees,
        settings.zoom,
        outside,
        settings.shear,
        settings.elastic_pixels,
    )


@lru_cache(maxsize=4)
def basis(height: int, width: int) -> Tensor:
    """Return the basis [3 + KNOTS², H · W] of all maps: x, y, 1, and the interpolation weights of each knot."""
    rows = torch.arange(height) * (2 / height) + (1 / height - 1)  # centres of pixels, from −1 to 1
    columns = torch.arange(width) * (2 / width) + (1 / width - 1)
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    knots = torch.eye(KNOTS * KNOTS).view(-1, 1, KNOTS, KNOTS)
    reach = functional.interpolate(knots, size=(height, width), mode="bicubic", align_corners=True)
    return torch.cat([torch.stack([x, y, torch.ones_like(x)]).flatten(1), reach.flatten(1)])
