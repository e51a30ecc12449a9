"""Augmentation distorts images by at most the configured amounts."""

import pytest
import torch

from lenet_trainer.training.augmentation import Augmentation


def dot(height: int = 21, width: int = 21) -> torch.Tensor:
    """Two hundred pictures with a bright pixel in the middle."""
    pictures = torch.zeros(200, 1, height, width)
    pictures[:, :, height // 2, width // 2] = 255
    return pictures


def centres(pictures: torch.Tensor) -> torch.Tensor:
    """Row and column of each picture's centre of mass, [B, 2]."""
    rows, columns = torch.arange(pictures.shape[2]), torch.arange(pictures.shape[3])
    mass = pictures.sum(dim=(1, 2, 3))
    return torch.stack(
        [(pictures.sum(dim=(1, 3)) @ rows.float()) / mass, (pictures.sum(dim=(1, 2)) @ columns.float()) / mass], dim=1
    )


def test_nothing_is_moved_where_nothing_is_asked(generator: torch.Generator) -> None:
    pictures = torch.rand(4, 3, 10, 12, generator=generator)
    assert torch.equal(Augmentation(0, 0, 0).apply(pictures, generator), pictures)


@pytest.mark.parametrize(("height", "width"), [(21, 21), (21, 31)])
def test_shifts_are_within_the_given_pixels(height: int, width: int, generator: torch.Generator) -> None:
    moved = centres(Augmentation(2.0, 0, 0).apply(dot(height, width), generator))
    away = (moved - torch.tensor([height // 2, width // 2])).abs()
    assert away.max() <= 2.0 + 1e-3
    assert (away.max(dim=0).values > 1.5).all()  # both directions are used


@pytest.mark.parametrize("zoom", [0.0, 0.2])
def test_turns_and_zooms_leave_the_middle_where_it_is(zoom: float, generator: torch.Generator) -> None:
    moved = centres(Augmentation(0, 30.0, zoom).apply(dot(21, 31), generator))
    torch.testing.assert_close(moved, torch.tensor([[10.0, 15.0]]).expand(200, 2), atol=1e-3, rtol=0)


def test_a_turn_keeps_distances_in_pictures_that_are_not_square(generator: torch.Generator) -> None:
    pictures = torch.zeros(200, 1, 21, 41)
    pictures[:, :, 10, 28] = 255  # eight pixels right of the middle
    moved = centres(Augmentation(0, 45.0, 0).apply(pictures, generator)) - torch.tensor([10.0, 20.0])
    torch.testing.assert_close(moved.norm(dim=1), torch.full((200,), 8.0), atol=0.2, rtol=0)
    assert moved[:, 0].abs().max() > 4  # and turns it did


def test_same_generator_same_pictures() -> None:
    augmentation = Augmentation(1.5, 10, 0.1)
    first, second = (augmentation.apply(dot(), torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(first, second)


def test_a_slant_moves_what_is_above_against_what_is_below(generator: torch.Generator) -> None:
    pictures = torch.zeros(200, 1, 21, 21)
    pictures[:, :, 4, 10] = 255  # six pixels above the middle
    moved = centres(Augmentation(0, 0, 0, shear=0.5).apply(pictures, generator)) - torch.tensor([4.0, 10.0])
    assert moved[:, 0].abs().max() < 1e-3  # a row stays a row
    assert 2.5 < moved[:, 1].abs().max() <= 3.0 + 1e-3  # six times a half


def test_an_elastic_distortion_moves_parts_each_its_own_way(generator: torch.Generator) -> None:
    pictures = torch.zeros(200, 1, 28, 28)
    pictures[:, :, 4, 4] = pictures[:, :, 22, 22] = 255
    moved = Augmentation(0, 0, 0, elastic_pixels=1.0).apply(pictures, generator)
    first = centres(moved[:, :, :13, :13]) - torch.tensor([4.0, 4.0])
    second = centres(moved[:, :, 13:, 13:]) - torch.tensor([9.0, 9.0])
    for moves in (first, second):
        assert 0.5 < moves.std() < 1.5
        assert moves.mean().abs() < 0.3
    assert torch.corrcoef(torch.stack([first[:, 0], second[:, 0]]))[0, 1].abs() < 0.3


def test_elastic_distortions_are_smooth(generator: torch.Generator) -> None:
    ramp = torch.arange(28.0).expand(50, 1, 28, 28)
    moved = Augmentation(0, 0, 0, "border", elastic_pixels=1.0).apply(ramp, generator)
    assert (moved - ramp)[:, :, :, 4:-4].abs().max() > 1.0
    assert moved[:, :, :, 4:-4].diff(dim=3).diff(dim=3).abs().max() < 0.8  # no jumps between neighbours
