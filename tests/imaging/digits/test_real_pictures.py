"""The digits that people have, photographed and scanned, are recognised: the bundled model on rendered pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from lenet_imaging import ImageError, Preprocessing, decode, fit
from lenet_trainer.corruptions.kinds import KINDS, MIXTURE, recipe
from lenet_trainer.corruptions.render import encode_image, render
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.digits import load_digits
from lenet_trainer.datasets.loader import load
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings
from tests.conftest import ROOT

INK = Preprocessing("ink", 1, 28, 28)
LARGEST = 500  # the longer side, in pixels


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
    """The share of so many pictures of a kind that get their label; large ones take too long here, and are left out."""
    images: list[NDArray[np.uint8]] = []
    right: list[int | None] = []
    for index in np.linspace(0, len(dataset.test_labels) - 1, count).astype(int).tolist():
        random = np.random.default_rng(index)
        made = recipe(kind, random)
        if max(made.height, made.width) > LARGEST:
            continue
        data, _ = encode_image(render(dataset.test_images[index, 0], made, random), made.quality)
        try:
            images.append(fit(decode(data), INK))
        except ImageError:
            images.append(np.zeros((1, 28, 28), np.uint8))
            right.append(None)
        else:
            right.append(int(dataset.test_labels[index]))
    answers = model.run(["probabilities"], {"image": np.stack(images)})[0].argmax(axis=1)
    return float(np.mean([answer == label for answer, label in zip(answers.tolist(), right, strict=True)]))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != MIXTURE])
def test_each_kind(dataset: Dataset, model: onnxruntime.InferenceSession, bars: Bars, kind: str) -> None:
    assert accuracy(dataset, model, kind, 12) >= bars.kind


def test_the_mixture(dataset: Dataset, model: onnxruntime.InferenceSession, bars: Bars) -> None:
    assert accuracy(dataset, model, MIXTURE, 1500) >= bars.mixture
