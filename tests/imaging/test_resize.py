"""The fit `resize`: a model's colours and size, from any picture."""

import numpy as np
import pytest

from lenet_imaging import Preprocessing, fit, prepare
from tests.support.imaging.files import FILES, encoded, gradient


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(("height", "width"), [(30, 40), (7, 9), (100, 90), (7, 90), (100, 9), (1, 1)])
def test_the_result_has_the_models_shape(mode: str, channels: int, height: int, width: int) -> None:
    image = prepare(encoded(gradient(mode), "PNG"), Preprocessing("resize", channels, height, width))
    assert image.shape == (channels, height, width)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous


def test_a_picture_of_the_models_size_is_only_transposed() -> None:
    image = np.random.default_rng(1).integers(0, 256, (12, 17, 3), dtype=np.uint8)
    assert np.array_equal(fit(image, Preprocessing("resize", 3, 12, 17)), image.transpose(2, 0, 1))


def test_shrinking_averages_areas() -> None:
    stripes = np.tile(np.array([0, 0, 0, 200], np.uint8), (64, 16))
    assert (fit(stripes, Preprocessing("resize", 1, 16, 16)) == 50).all()


def test_shrinking_one_side_and_growing_the_other_averages_too() -> None:
    stripes = np.tile(np.array([0, 0, 0, 200], np.uint8), (8, 16))
    assert (fit(stripes, Preprocessing("resize", 1, 16, 16)) == 50).all()


def test_growing_is_smooth() -> None:
    step = np.repeat(np.array([[50, 200]], np.uint8), 2, axis=0)
    row = fit(step, Preprocessing("resize", 1, 2, 32))[0, 0].astype(np.int32)
    assert np.diff(row).max() < 25


def test_grey_becomes_equal_channels_and_colour_becomes_lightness() -> None:
    grey = fit(np.full((4, 4), 90, np.uint8), Preprocessing("resize", 3, 4, 4))
    assert (grey == 90).all()
    green = np.zeros((4, 4, 3), np.uint8)
    green[:, :, 1] = 255
    assert (fit(green, Preprocessing("resize", 1, 4, 4)) == 150).all()


@pytest.mark.parametrize("shape", [(4,), (4, 4, 4), (4, 4, 1), (0, 4), (1, 4, 4, 3)])
def test_an_array_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a picture is uint8"):
        fit(np.zeros(shape, np.uint8), Preprocessing("resize", 3, 8, 8))


def test_every_format_is_prepared() -> None:
    for data in FILES.values():
        assert prepare(data, Preprocessing("resize", 3, 32, 32)).shape == (3, 32, 32)
