"""The digits that people have, photographed and scanned, are recognised: the bundled model on rendered pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from lenet_imaging import ImageError, Preprocessing, decode, fit
from lenet_trainer.datasets import Dataset, load
from lenet_trainer.datasets.digits import load_digits
from lenet_trainer.disturbances import KINDS, MIXTURE, disturbed, picture_file
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings
from tests.conftest import ROOT

INK = Preprocessing("ink", 1, 28, 28)


@dataclass(frozen=True)
class Bars:
    """The least accuracy: of each kind by itself, and of the mixture."""

    kind: float
    mixture: float


@pytest.fixture(scope="module")
def dataset(data_dir: Path | None) -> Dataset:
    """MNIST where this machine has it, else scikit-learn's digits."""
    return load_digits() if data_dir is None else load(DataSettings(data_dir=data_dir), Silent())


@pytest.fixture(scope="module")
def bars(data_dir: Path | None) -> Bars:
    """The digits of scikit-learn have 8×8 pixels, and the model was not trained on them: it knows fewer."""
    return Bars(0.75, 0.8) if data_dir is None else Bars(0.9, 0.97)


@pytest.fixture(scope="module")
def model() -> onnxruntime.InferenceSession:
    """The bundled model."""
    return onnxruntime.InferenceSession(ROOT / "models/lenet/1/model.onnx")


def accuracy(dataset: Dataset, model: onnxruntime.InferenceSession, kind: str, count: int) -> float:
    """The share of so many pictures of a kind that get their label."""
    images, labels = [], []
    for each in disturbed(dataset, "test", kind, count, seed=0):
        picture = decode(picture_file(each.picture, each.recipe.quality)[0])
        try:
            images.append(fit(picture, INK))
        except ImageError:
            continue
        labels.append(each.label)
    answers = model.run(["probabilities"], {"image": np.stack(images)})[0].argmax(axis=1)
    right = [dataset.labels[answer] == label for answer, label in zip(answers, labels, strict=True)]
    return float(sum(right)) / count


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != MIXTURE])
def test_each_kind(dataset: Dataset, model: onnxruntime.InferenceSession, bars: Bars, kind: str) -> None:
    assert accuracy(dataset, model, kind, 12) >= bars.kind


def test_the_mixture(dataset: Dataset, model: onnxruntime.InferenceSession, bars: Bars) -> None:
    assert accuracy(dataset, model, MIXTURE, 150) >= bars.mixture
