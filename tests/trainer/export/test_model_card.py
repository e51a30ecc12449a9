"""The model card has all its sections and figures."""

from dataclasses import replace

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.model_card import SeedResult, model_card, seed_table
from lenet_trainer.export.verification import ParityReport
from lenet_trainer.networks.layer_table import layers
from lenet_trainer.training.loop import TrainingResult


def test_card(metadata: ModelMetadata, trained: TrainingResult, small_digits: Dataset, parity: ParityReport) -> None:
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


def test_seeds(metadata: ModelMetadata, trained: TrainingResult, small_digits: Dataset, parity: ParityReport) -> None:
    seeds = [SeedResult(0, 0.99, 9900, 10_000), SeedResult(1, 0.994, 9920, 10_000)]
    assert seed_table(seeds).splitlines()[2:] == [
        "| 0 | 99.00 % | 99.00 % | 100 |",
        "| 1 | 99.40 % | 99.20 % | 80 |",
        "| mean | 99.20 % | 99.100 % ± 0.141 points | 90.0 |",
    ]
    assert seed_table(seeds[:1]).splitlines()[-1] == "| mean | 99.00 % | 99.000 % | 100.0 |"
    told = replace(metadata, training={"seed": 1})
    card = model_card(told, layers(trained.network), small_digits, parity, seeds)
    assert "This is seed 1, the best\non the validation pictures." in card
    assert seed_table(seeds) in card
    assert "## Seeds" not in model_card(told, layers(trained.network), small_digits, parity)
