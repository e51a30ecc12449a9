"""The model card says what it has to say."""

from lenet_trainer.architecture import layers
from lenet_trainer.card import model_card
from lenet_trainer.datasets import Dataset
from lenet_trainer.metadata import ModelMetadata
from lenet_trainer.training import Trained
from lenet_trainer.verify import ParityReport


def test_card(metadata: ModelMetadata, trained: Trained, small_digits: Dataset, parity: ParityReport) -> None:
    card = model_card(metadata, layers(trained.network), small_digits, parity)
    assert card.startswith("# LeNet on digits\n")
    for heading in ("Use", "Accuracy", "Data", "Layers", "Training", "Parity", "License and attribution"):
        assert f"\n## {heading}\n" in card
    assert "61,706 parameters" in card
    assert f"{parity.right:,} of 360 test pictures right" in card
    assert small_digits.sha256 in card
    assert small_digits.attribution in card
    assert "| conv1 | convolution 5×5, padding 2 | 6×28×28 | 156 |" in card
    assert "| learning rate | 0.01 |" in card
    assert "max steps" not in card  # was not set
    assert card.count("| PyTorch, ONNX Runtime |") == 3 + card.count("| 64 | PyTorch, ONNX Runtime |")
