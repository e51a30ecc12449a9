"""Corrupted images are reproducible by seed, and each kind corrupts as its name says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenet_trainer.cli import main
from lenet_trainer.corruptions.image_writer import write_corrupted
from lenet_trainer.corruptions.kinds import KINDS, MIXTURE
from lenet_trainer.corruptions.sample import CorruptedImage, corrupted_images
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Silent


def some(dataset: Dataset, kind: str, count: int = 12, seed: int = 3) -> list[CorruptedImage]:
    return list(corrupted_images(dataset, "test", kind, count, seed))


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_have_size_and_ink(small_digits: Dataset, kind: str) -> None:
    made = some(small_digits, kind, 6)
    assert len({each.index for each in made}) == 6
    for each in made:
        assert each.picture.dtype == np.uint8
        assert each.picture.shape == (each.recipe.height, each.recipe.width, 3)
        assert 28 <= min(each.picture.shape[:2]) <= max(each.picture.shape[:2]) <= 2000
        assert np.ptp(each.picture) > 60


def test_the_seed_decides(small_digits: Dataset) -> None:
    one, same, other = (some(small_digits, MIXTURE, 4, seed) for seed in (3, 3, 4))
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(one, same, strict=True))
    assert not any(np.array_equal(a.picture, b.picture) for a, b in zip(one, other, strict=True))


def test_how_many_others_there_are_changes_no_picture(small_digits: Dataset) -> None:
    few = {each.index: each for each in some(small_digits, "noise", 4)}
    many = {each.index: each for each in some(small_digits, "noise", 40)}
    assert all(np.array_equal(each.picture, many[index].picture) for index, each in few.items())


def test_labels_are_those_of_the_digits(small_digits: Dataset) -> None:
    for each in some(small_digits, "plain"):
        assert each.label == small_digits.labels[small_digits.test_labels[each.index]]


def test_a_plain_picture_shows_the_digit(small_digits: Dataset) -> None:
    (each,) = some(small_digits, "plain", 1)
    recipe, digit = each.recipe, small_digits.test_images[each.index, 0]
    ink = each.picture[:, :, 0] < 128
    rows, _ = np.nonzero(ink)
    assert abs(np.ptp(rows) + 1 - recipe.part * recipe.height) < 0.1 * recipe.height
    # Its 28×28 blocks are dark where the digit is light.
    side = 28 * recipe.part * recipe.height / 20
    top = round(recipe.height / 2 - side / 2)
    places = top + (np.arange(28) + 0.5) * side / 28
    sampled = ink[np.ix_(places.astype(int), places.astype(int))]
    assert np.mean(sampled == (digit > 127)) > 0.95


def test_light_falls_off(small_digits: Dataset) -> None:
    for each in some(small_digits, "gradient"):
        paper = each.picture[[0, 0, -1, -1], [0, -1, 0, -1], 0].astype(float)
        assert paper.min() < 0.9 * paper.max()


def test_polarity_is_light_on_dark(small_digits: Dataset) -> None:
    for each in some(small_digits, "polarity"):
        assert np.median(each.picture) < 100 < each.picture.max()


def test_files_by_kind_and_label(small_digits: Dataset, tmp_path: Path) -> None:
    kinds = ("plain", "jpeg")
    assert write_corrupted(small_digits, "test", kinds, 20, 1, tmp_path / "out", Silent()) == 40
    files = sorted((tmp_path / "out").rglob("*.*"))
    assert {file.suffix for file in files if "plain" in file.parts} == {".png"}
    assert {file.suffix for file in files if "jpeg" in file.parts} == {".jpg"}
    for file in files:
        assert file.parent.name == str(small_digits.test_labels[int(file.stem)])
        with Image.open(file) as picture:
            assert picture.size == (280, 280)


def test_other_pictures_are_refused(small_digits: Dataset, tmp_path: Path) -> None:
    coloured = replace(small_digits, test_images=small_digits.test_images.repeat(3, axis=1), fit="resize")
    with pytest.raises(DatasetError, match="digits of 28×28 pixels"):
        write_corrupted(coloured, "test", ("plain",), 5, 1, tmp_path / "out", Silent())


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = str(tmp_path / "out")
    flags = ["pictures", "--dataset=digits", "--output", output]
    assert main([*flags, "--disturbed=shadow,noise", "--count=5"]) == 0
    assert capsys.readouterr().out == f"10 pictures in {output}\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"shadow", "noise"}


@pytest.mark.parametrize("wanted", ["rain", "shadow,rain", "", "all,shadow"])
def test_an_unknown_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str], wanted: str) -> None:
    assert main(["pictures", "--dataset=digits", "--output", str(tmp_path / "out"), f"--disturbed={wanted}"]) == 2
    assert "all, or some of plain, size" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
