"""The quick look gives what all steps at full resolution give: the same label, and pixels that hardly differ."""

import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from lenet_imaging import ImageError, decode
from lenet_imaging.digits.fit_ink import fit_ink
from lenet_trainer.corruptions.kinds import KINDS, MIXTURE
from lenet_trainer.corruptions.render import encode_image
from lenet_trainer.corruptions.sample import corrupted_images
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.digits import load_digits
from lenet_trainer.datasets.loader import load
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings
from tests.conftest import ROOT
from tests.support.imaging.drawing import Array, difference

LARGEST = 1000  # the longer side, in pixels: larger pictures take too long here
SURE = 0.9  # probability from which on the label must be the same
UNDECIDED = 0.02  # of the pictures: those of which the model is not sure may get another label
USUAL = 9.0  # grey levels of 255, the mean over a picture: nine of ten differ no more


@pytest.fixture(scope="module")
def dataset(data_dir: Path | None) -> Dataset:
    """MNIST where this machine has it, else scikit-learn's digits."""
    return load_digits() if data_dir is None else load(DataSettings(data_dir=data_dir), Silent())


@pytest.fixture(scope="module")
def model() -> onnxruntime.InferenceSession:
    """The bundled model."""
    return onnxruntime.InferenceSession(ROOT / "models/lenet/1/model.onnx")


def check(pictures: list[Array], model: onnxruntime.InferenceSession) -> None:
    """Fit pictures both ways and compare labels and pixels."""
    quick, thorough = ([fitted(picture, thorough=each) for picture in pictures] for each in (False, True))
    one, other = (model.run(["probabilities"], {"image": np.stack(images)})[0] for images in (quick, thorough))
    sure = np.minimum(one.max(axis=1), other.max(axis=1)) >= SURE
    assert np.array_equal(one.argmax(axis=1)[sure], other.argmax(axis=1)[sure])
    assert np.mean(one.argmax(axis=1) != other.argmax(axis=1)) <= UNDECIDED
    assert np.quantile([difference(*pair) for pair in zip(quick, thorough, strict=True)], 0.9) <= USUAL


def fitted(picture: Array, *, thorough: bool) -> Array:
    try:
        return fit_ink(picture, 28, 28, thorough=thorough)
    except ImageError:
        return np.zeros((1, 28, 28), np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_corruption(dataset: Dataset, model: onnxruntime.InferenceSession, kind: str) -> None:
    count = 80 if kind == MIXTURE else 25
    pictures = [
        decode(encode_image(each.picture, each.recipe.quality)[0])
        for each in corrupted_images(dataset, "test", kind, count, 0)
        if max(each.picture.shape) <= LARGEST
    ]
    check(pictures, model)


@pytest.mark.parametrize("name", ["strangers", "forms"])
def test_pictures_of_other_people(model: onnxruntime.InferenceSession, name: str) -> None:
    folder = Path(os.environ.get("LENET_DATA_DIR", "data"), name)
    if not folder.is_dir():
        pytest.skip(f"needs {name}/ in LENET_DATA_DIR: pictures in a folder for each label")
    check([decode(path.read_bytes()) for path in sorted(folder.glob("*/*"))], model)
