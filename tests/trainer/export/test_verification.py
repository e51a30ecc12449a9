"""The three implementations agree about a model, and a disagreement is detected."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import ModelError
from lenet_trainer.export.model_file import ModelFile, read_model
from lenet_trainer.export.verification import ParityReport, verify
from lenet_trainer.progress import Silent

BUNDLED = Path(__file__).parents[3] / "models/lenet/1/model.onnx"


def test_agreement(parity: ParityReport) -> None:
    assert parity.passed
    assert parity.images == 360
    assert {item.batch_size for item in parity.agreements} == {1, 2, 7, 64}
    assert {(item.first, item.second) for item in parity.agreements} == {
        ("NumPy", "PyTorch"),
        ("NumPy", "ONNX Runtime"),
        ("PyTorch", "ONNX Runtime"),
    }
    assert all(item.largest_difference <= 1e-5 and item.different_labels == 0 for item in parity.agreements)


def test_the_bundled_model_on_real_pictures(real_pictures: Dataset) -> None:
    assert verify(read_model(BUNDLED), real_pictures, Silent()).passed


@pytest.mark.parametrize("value", [0.01, 5.0, np.nan])
def test_tampered_weights(value: float, model: ModelFile, small_digits: Dataset) -> None:
    tampered = model.weights["conv1.weight"].copy()
    tampered[0, 0, 2, 2] += value
    # NumPy and PyTorch compute with the weights, ONNX Runtime with the file's content, in which they are as they were.
    report = verify(replace(model, weights={**model.weights, "conv1.weight": tampered}), small_digits, Silent())
    assert not report.passed
    assert {item.passed for item in report.agreements if "ONNX Runtime" in (item.first, item.second)} == {False}


def test_a_dataset_that_does_not_fit(model: ModelFile, small_digits: Dataset) -> None:
    with pytest.raises(ModelError, match="labels"):
        verify(model, replace(small_digits, labels=("a", "b")), Silent())
