"""The fit `ink`: whatever a digit was drawn with and on, it comes out as MNIST would have it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lenet_imaging import ImageError, Preprocessing, decode, encode_png, fit, prepare
from lenet_trainer.datasets.digits import load_digits
from lenet_trainer.datasets.loader import load
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings
from tests.support.imaging.drawing import INK, Array, difference, drawn, mean_difference


def test_what_is_as_wanted_already_passes_bit_for_bit(digits: Array) -> None:
    for digit in digits:
        assert np.array_equal(fit(digit, INK), digit[np.newaxis])


def test_all_of_mnist_passes_bit_for_bit(data_dir: Path | None) -> None:
    """70,000 digits where this machine has them; else the 1,797 that come with scikit-learn."""
    dataset = load_digits() if data_dir is None else load(DataSettings(data_dir=data_dir), Silent())
    for images in (dataset.train_images, dataset.test_images):
        for image in images:
            assert np.array_equal(fit(image[0], INK), image)


@pytest.mark.parametrize("shift", [(2, 0), (0, -2), (-2, 2)])
def test_a_canvas_drawing_off_the_middle_is_placed(digits: Array, shift: tuple[int, int]) -> None:
    for digit in digits[:30]:
        moved = np.roll(digit, shift, axis=(0, 1))
        assert not np.array_equal(fit(moved, INK)[0], moved)
        assert difference(fit(moved, INK), fit(255 - moved, INK)) < 2


def test_a_small_thin_canvas_drawing_is_enlarged_and_thickened() -> None:
    canvas = np.zeros((28, 28), np.uint8)
    cv2.polylines(canvas, [np.array([(9, 8), (18, 8), (12, 19)])], isClosed=False, color=255)
    image = fit(canvas, INK)[0]
    assert np.ptp(np.nonzero(image)[0]) + 1 == 20
    assert np.count_nonzero(image[14] > 127) >= 2


def test_strokes_of_one_pixel_are_thickened_even_in_the_right_place() -> None:
    canvas = np.zeros((28, 28), np.uint8)
    cv2.rectangle(canvas, (8, 4), (19, 23), 255)
    assert np.count_nonzero(fit(canvas, INK)) > 1.5 * np.count_nonzero(canvas)


def test_as_a_file_and_in_equal_channels_it_passes_too(digits: Array) -> None:
    for digit in digits[:200]:
        assert np.array_equal(prepare(encode_png(digit[np.newaxis]), INK), digit[np.newaxis])
        assert np.array_equal(fit(np.dstack([digit] * 3), INK), digit[np.newaxis])


def test_a_drawing_of_the_result_gives_the_result_again(digits: Array) -> None:
    results = [fit(drawn(digit), INK) for digit in digits[:50]]
    assert np.mean([difference(fit(drawn(result[0]), INK), result) for result in results]) < 8


def test_dark_on_light_gives_the_same_as_light_on_dark(digits: Array) -> None:
    assert mean_difference(digits, lambda image: 255 - image) < 0.2


@pytest.mark.parametrize("factor", [2, 3, 20, 60])
def test_size_does_not_matter(digits: Array, factor: int) -> None:
    differences = [difference(fit(drawn(digit), INK), fit(drawn(digit, factor), INK)) for digit in digits[:20]]
    assert np.mean(differences) < 5


@pytest.mark.parametrize("margins", [((0, 200), (0, 0)), ((150, 0), (300, 10)), ((2000, 900), (50, 1500))])
def test_position_on_the_page_does_not_matter(digits: Array, margins: tuple[tuple[int, int], tuple[int, int]]) -> None:
    assert mean_difference(digits[:10], lambda image: np.pad(image, margins)) < 5


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((25, 45, 150), (255, 255, 255)),
        ((255, 255, 255), (10, 110, 50)),
        ((200, 60, 60), (60, 129, 60)),  # equally light
        ((120, 120, 120), (150, 150, 150)),
    ],
)
def test_colours_do_not_matter(digits: Array, ink: tuple[int, int, int], paper: tuple[int, int, int]) -> None:
    def coloured(image: Array) -> Array:
        part = image[:, :, np.newaxis] / 255
        return np.rint(np.array(ink) * part + np.array(paper) * (1 - part)).astype(np.uint8)

    assert mean_difference(digits, coloured) < 4


def test_noise_and_jpeg_do_not_matter_much(digits: Array) -> None:
    random = np.random.default_rng(1)

    def scanned(image: Array) -> Array:
        noisy = np.clip(230 - image * 0.7 + random.normal(0, 8, image.shape), 0, 255).astype(np.uint8)
        return decode(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes())

    assert mean_difference(digits, scanned) < 6


def test_specks_do_not_matter(digits: Array) -> None:
    def dirty(image: Array) -> Array:
        page = np.pad(image, 100)
        page[10:14, 30:34] = page[400:404, 405:409] = page[50, ::40] = 255
        return page

    assert mean_difference(digits, dirty) < 4


def test_a_digit_lies_in_a_box_of_20_about_its_centre_of_mass(digits: Array) -> None:
    for digit in digits[:50]:
        image = fit(drawn(digit), INK)[0].astype(np.float64)
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        assert abs(np.average(np.arange(28), weights=image.sum(axis=1)) - 14) <= 0.5
        assert abs(np.average(np.arange(28), weights=image.sum(axis=0)) - 14) <= 0.5
        assert image.max() == 255


def test_ink_with_all_its_mass_at_one_end_stays_whole() -> None:
    page = np.zeros((300, 300), np.uint8)
    page[40:80, 40:200] = 255
    page[80:240, 40:44] = 255
    image = fit(page, INK)[0]
    rows, columns = np.nonzero(image)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert rows.min() >= 0
    assert columns.max() <= 27


def test_a_hairline_on_a_large_sheet_survives() -> None:
    page = np.full((2000, 1500), 255, np.uint8)
    cv2.line(page, (200, 150), (1300, 1800), 0, 1)
    image = fit(page, INK)[0]
    assert (image.max(axis=1) > 150).sum() == 20


@pytest.mark.parametrize("thickness", [1, 3, 10, 40, 80, 120])
def test_fine_liner_and_brush_become_a_pen(thickness: int) -> None:
    page = np.zeros((400, 400), np.uint8)
    cv2.circle(page, (200, 200), 120, 255, thickness)
    across_two_strokes = fit(page, INK)[0, 14].astype(np.float64)
    assert 1.5 < across_two_strokes.sum() / 255 / 2 < 4.7


@pytest.mark.parametrize("height", [8, 10, 14])
def test_tiny_pictures_are_enlarged(digits: Array, height: int) -> None:
    tiny = cv2.resize(digits[0], (height, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    rows, columns = np.nonzero(fit(tiny, INK)[0])
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20


@pytest.mark.parametrize(("height", "width"), [(56, 56), (40, 32), (14, 28), (1, 1)])
def test_other_models_get_their_size(digits: Array, height: int, width: int) -> None:
    assert fit(drawn(digits[0]), Preprocessing("ink", 1, height, width)).shape == (1, height, width)


@pytest.mark.parametrize("size", [1, 2, 28, 300])
@pytest.mark.parametrize("tone", [0, 128, 255])
def test_one_flat_tone_has_no_ink(size: int, tone: int) -> None:
    with pytest.raises(ImageError, match="there is no ink in the picture"):
        fit(np.full((size, size), tone, np.uint8), INK)


def test_blank_paper_with_noise_has_no_ink() -> None:
    paper = np.clip(np.random.default_rng(1).normal(230, 6, (400, 300)), 0, 255).astype(np.uint8)
    with pytest.raises(ImageError, match="nothing that stands out"):
        fit(paper, INK)


def test_dark_digits_of_the_models_size_do_not_pass_unchanged(digits: Array) -> None:
    result = fit(255 - digits[0], INK)
    assert difference(result, digits[:1]) < difference(result, 255 - digits[:1])


@settings(deadline=None)
@given(image=arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24))))
def test_any_picture_gives_a_field_with_ink_or_has_none(image: Array) -> None:
    try:
        field = fit(image, INK)
    except ImageError as error:
        assert "no ink" in str(error)  # noqa: PT017 (either outcome is right)
    else:
        assert field.shape == (1, 28, 28)
        assert field.max() == 255 or image.shape == (28, 28)
