"""The plot of a comparison has a bar for every estimator."""

from pathlib import Path

import numpy as np

from lenet_trainer.baselines.estimator import ComparisonResult
from lenet_trainer.metrics.confidence_interval import wilson
from lenet_trainer.plots.comparison import draw_comparison
from tests.support.trainer.plot_files import read


def result(name: str, wrong: int) -> ComparisonResult:
    return ComparisonResult(
        name, name == "LeNet", 1000, wrong, wrong / 1000, wilson(wrong, 1000), 0.2, 100, None, 400, 1.5, 1e-5
    )


def test_a_chart(tmp_path: Path) -> None:
    results = [result("baseline", 50), result("LeNet", 10), result("perfect", 0)]
    pixels = read(draw_comparison(results, "who wins", tmp_path / "comparison.png")).astype(int)
    blue = (pixels[..., 2] - pixels[..., 0] > 80).sum(axis=1)  # LeNet's bars
    assert (blue > 0).any()
    assert np.flatnonzero(blue).size < len(pixels) / 3
