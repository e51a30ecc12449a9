"""TIFF of every depth, arrangement, byte order and size of offsets gives its pixels, or is refused by name."""

import itertools
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from lenet_imaging import ImageError, decode
from tests.support.imaging.tiff_files import DEFLATE, NONE, PACKBITS, Tiff

Array = npt.NDArray[np.uint16]
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6
UNSPECIFIED, ASSOCIATED, UNASSOCIATED = 0, 1, 2
ARRANGEMENTS = [
    Tiff(planar=planar, tiled=tiled, big=big, order=order, compression=compression)
    for planar, tiled, big, order, compression in itertools.product(
        (False, True), (False, True), (False, True), "<>", (NONE, DEFLATE, PACKBITS)
    )
]


def noise(bits: int, samples: int) -> Array:
    return np.random.default_rng(bits + samples).integers(0, 1 << bits, (19, 37, samples)).astype(np.uint16)


def expected(samples: Array, bits: int, photometric: int, colours: int) -> npt.NDArray[np.float64]:
    """The samples in 8 bits, over white if there is one more than the colours."""
    levels = samples.astype(np.float64) * (255 / ((1 << bits) - 1))
    if photometric == WHITE_IS_ZERO:
        levels[:, :, 0] = 255 - levels[:, :, 0]
    if levels.shape[2] > colours:
        alpha = levels[:, :, colours:] / 255
        levels = levels[:, :, :colours] * alpha + 255 * (1 - alpha)
    return np.asarray(levels[:, :, 0] if colours == 1 else levels, np.float64)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize(
    ("photometric", "samples"),
    [(WHITE_IS_ZERO, 1), (BLACK_IS_ZERO, 1), (WHITE_IS_ZERO, 2), (BLACK_IS_ZERO, 2), (RGB, 3), (RGB, 4)],
)
def test_each_arrangement_gives_the_same_pixels(bits: int, photometric: int, samples: int) -> None:
    colours = 3 if photometric == RGB else 1
    values = noise(bits, samples)
    right = expected(values, bits, photometric, colours)
    for arrangement in ARRANGEMENTS:
        extra = [UNASSOCIATED] * (samples - colours)
        image = decode(replace(arrangement, bits=bits, photometric=photometric, extra=extra).file(values))
        assert image.shape == right.shape
        assert np.abs(image - right).max() <= 1.5, arrangement  # alpha and colour are rounded one after the other


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_differences_are_added_up(bits: int, tiled: bool, planar: bool, order: str) -> None:
    values = noise(bits, 3)
    form = Tiff(
        bits=bits, photometric=RGB, planar=planar, tiled=tiled, predicted=True, order=order, compression=DEFLATE
    )
    assert np.abs(decode(form.file(values)) - expected(values, bits, RGB, 3)).max() <= 0.51


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_gives_its_colours(bits: int) -> None:
    colours = np.random.default_rng(bits).integers(0, 256, (3, 1 << bits))
    values = noise(bits, 1)
    image = decode(Tiff(bits=bits, photometric=PALETTE, colour_map=[*map(int, colours.ravel() * 257)]).file(values))
    assert (image == colours.T[values[:, :, 0]]).all()


def test_premultiplied_colours_are_not_multiplied_again() -> None:
    values = np.array([[[60, 30, 0, 128]]], np.uint16)
    assert decode(Tiff(photometric=RGB, extra=[ASSOCIATED]).file(values)).tolist() == [[[187, 157, 127]]]


def test_a_fourth_sample_without_a_meaning_is_no_transparency() -> None:
    values = np.array([[[60, 30, 0, 0]]], np.uint16)
    assert decode(Tiff(photometric=RGB, extra=[UNSPECIFIED]).file(values)).tolist() == [[[60, 30, 0]]]


def test_four_inks_give_their_light() -> None:
    values = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255], [0, 255, 255, 128]]], np.uint16)
    right = [[[255, 255, 255], [0, 255, 255], [0, 0, 0], [127, 0, 0]]]
    assert decode(Tiff(photometric=CMYK).file(values)).tolist() == right


@pytest.mark.parametrize("big", [False, True])
def test_a_picture_on_its_side_is_turned(big: bool) -> None:
    values = noise(4, 1)
    lying = decode(Tiff(bits=4, big=big).file(values))
    assert (decode(Tiff(bits=4, big=big, orientation=6).file(values)) == np.rot90(lying, -1)).all()


@pytest.mark.parametrize("part", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("compression", [NONE, DEFLATE])
def test_a_file_that_ends_early_is_refused(part: float, compression: int) -> None:
    data = Tiff(bits=4, compression=compression).file(noise(4, 1))
    with pytest.raises(ImageError, match="truncated"):
        decode(data[: int(part * len(data))])


@pytest.mark.parametrize(
    ("form", "samples", "said"),
    [
        (Tiff(compression=34925), 1, r"has compression 34925; .* save it again with 8 or 16 bits"),
        (Tiff(photometric=YCBCR), 3, r"has colours of kind YCbCr, not grey"),
        (Tiff(bits=16, photometric=PALETTE, colour_map=range(6)), 1, r"a palette of another size"),
        (Tiff(photometric=RGB), 2, r"has 2 samples a pixel"),
        (Tiff(compression=7, photometric=RGB, planar=True), 3, r"JPEG compression of planes"),
        (Tiff(compression=4), 1, r"fax compression of other than black and white"),
    ],
)
def test_a_rare_kind_is_named_and_refused(form: Tiff, samples: int, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        decode(form.file(noise(8, samples)))
