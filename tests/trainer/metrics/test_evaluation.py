"""The accuracy of a model file equals a count by hand, and the bundled model is as accurate as documented."""

from pathlib import Path

import pytest
import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.export.model_file import ModelFile, read_model
from lenet_trainer.metrics.evaluation import evaluate
from lenet_trainer.training.loop import TrainingResult

BUNDLED = Path(__file__).parents[3] / "models/lenet/1/model.onnx"


@pytest.mark.parametrize("batch_size", [1, 256])
def test_accuracy_is_counted(batch_size: int, model: ModelFile, trained: TrainingResult, small_digits: Dataset) -> None:
    images, labels = small_digits.split("test")
    with torch.inference_mode():
        predicted = trained.network(torch.from_numpy(images)).argmax(dim=1).numpy()
    result = evaluate(model, small_digits, batch_size)
    assert result.right == sum(predicted == labels)
    assert result.images == 360
    assert result.accuracy == result.right / 360


def test_the_bundled_model_on_real_pictures(real_pictures: Dataset) -> None:
    # It was trained on MNIST; other people's digits, enlarged from 8×8 pixels, are harder for it.
    least = 0.98 if real_pictures.name == "mnist" else 0.85
    assert evaluate(read_model(BUNDLED), real_pictures).accuracy >= least
