"""The plots of an evaluation are images that are not blank, and reproducible."""

from dataclasses import replace
from pathlib import Path

import pytest

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import OutputError
from lenet_trainer.export.model_file import ModelFile
from lenet_trainer.metrics.evaluation import Evaluation, evaluate
from lenet_trainer.plots.evaluation import draw_evaluation
from lenet_trainer.plots.output_folder import make_folder
from tests.support.trainer.plot_files import read


@pytest.fixture(scope="module")
def evaluation(model: ModelFile, small_digits: Dataset) -> Evaluation:
    """How the barely trained network does on the digits."""
    return evaluate(model, small_digits)


def test_four_drawings(evaluation: Evaluation, small_digits: Dataset, tmp_path: Path) -> None:
    drawings = draw_evaluation(evaluation, small_digits, tmp_path)
    assert [path.name for path in drawings] == ["confusion.png", "reliability.png", "shifts.png", "mistakes.png"]
    for path in drawings:
        pixels = read(path)
        assert min(pixels.shape[:2]) >= 300
        assert pixels.std() > 10
    contents = [path.read_bytes() for path in drawings]
    draw_evaluation(evaluation, small_digits, tmp_path)  # over the first ones
    assert [path.read_bytes() for path in drawings] == contents


def test_without_mistakes_there_is_no_sheet(evaluation: Evaluation, small_digits: Dataset, tmp_path: Path) -> None:
    drawings = draw_evaluation(replace(evaluation, mistakes=[]), small_digits, tmp_path)
    assert [path.name for path in drawings] == ["confusion.png", "reliability.png", "shifts.png"]


def test_long_names_of_labels(evaluation: Evaluation, small_digits: Dataset, tmp_path: Path) -> None:
    named = replace(small_digits, labels=tuple(f"a long name, number {index}" for index in range(10)))
    assert read(draw_evaluation(evaluation, named, tmp_path)[0]).std() > 10


def test_a_place_that_cannot_be_written(evaluation: Evaluation, small_digits: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another --output"):
        make_folder(tmp_path / "file" / "drawings")
    with pytest.raises(OutputError, match=r"confusion\.png cannot be written"):
        draw_evaluation(evaluation, small_digits, tmp_path / "missing")
