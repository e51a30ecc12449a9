"""The pictures in samples/ are what docs/samples.md says."""

from collections import Counter
from pathlib import Path

import numpy as np

from lenet_imaging import Preprocessing, prepare

SAMPLES = sorted(Path(__file__).parents[2].joinpath("samples").iterdir())


def test_there_are_three_of_each_digit() -> None:
    assert Counter(path.name[0] for path in SAMPLES) == dict.fromkeys("0123456789", 3)


def test_they_come_in_every_format_and_stay_small() -> None:
    assert {path.suffix for path in SAMPLES} == {".png", ".jpg", ".webp", ".gif", ".tif", ".bmp"}
    assert sum(path.stat().st_size for path in SAMPLES) < 500_000


def test_each_becomes_a_digit_as_mnist_has_them() -> None:
    for path in SAMPLES:
        image = prepare(path.read_bytes(), Preprocessing("ink", 1, 28, 28))
        # MNIST's digits cover between 3 and 40 per cent of their field.
        assert 0.03 < np.mean(image > 127) < 0.4, path.name
