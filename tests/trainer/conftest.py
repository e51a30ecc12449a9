"""Fixtures of the trainer's tests: small real images, a barely trained network, and models published from it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.digits import load_digits
from lenet_trainer.datasets.loader import load
from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.model_file import ModelFile, parse_model
from lenet_trainer.export.onnx_graph import export
from lenet_trainer.export.verification import ParityReport, verify
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings, TrainSettings
from lenet_trainer.training.loop import TrainingResult
from tests.support.trainer.training import train_on


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Keep PyTorch on one core: on small batches several threads only wait for one another."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def small_digits() -> Dataset:
    """scikit-learn's digits, 360 of them to test with."""
    return load_digits()


@pytest.fixture(scope="session")
def real_pictures(data_dir: Path | None, small_digits: Dataset) -> Dataset:
    """MNIST with the first 500 of its test images if LENET_DATA_DIR has it, else scikit-learn's digits."""
    if data_dir is None:
        return small_digits
    mnist = load(DataSettings(data_dir=data_dir), Silent())
    return replace(mnist, test_images=mnist.test_images[:500], test_labels=mnist.test_labels[:500])


@pytest.fixture(scope="session")
def quick() -> TrainSettings:
    """Thirty steps on the digits: enough to be better than chance."""
    return TrainSettings(dataset="digits", max_steps=30, seed=3, device="cpu")


@pytest.fixture(scope="session")
def trained(small_digits: Dataset, quick: TrainSettings) -> TrainingResult:
    """A network after those steps."""
    return train_on(small_digits, quick, Silent())


@pytest.fixture(scope="session")
def metadata(small_digits: Dataset) -> ModelMetadata:
    """Metadata of that network, with made-up figures."""
    return ModelMetadata(
        labels=small_digits.labels,
        fit="ink",
        dataset="digits",
        dataset_sha256=small_digits.sha256,
        test_accuracy=0.5,
        test_images=360,
        parameters=61_706,
        training={"epochs": 15, "learning_rate": 0.01, "max_steps": None},
        trainer_version="0.1.0",
        created="2026-01-02T03:04:05Z",
    )


@pytest.fixture(scope="session")
def model(trained: TrainingResult, metadata: ModelMetadata) -> ModelFile:
    """That network as a model file."""
    return parse_model(export(trained.network, metadata))


@pytest.fixture(scope="session")
def parity(model: ModelFile, small_digits: Dataset) -> ParityReport:
    """The passed comparison of that model file."""
    return verify(model, small_digits, Silent())


@pytest.fixture
def generator() -> torch.Generator:
    """Random numbers that are the same in every run."""
    return torch.Generator().manual_seed(0)


@pytest.fixture
def network(generator: torch.Generator) -> LeNet:
    """An untrained network."""
    fresh = LeNet()
    fresh.initialise(generator)
    return fresh.eval()
