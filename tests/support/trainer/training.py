"""Trains on a dataset in one call, as a program does that trains one network."""

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.networks.network import Network
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.checkpoint import CheckpointFile
from lenet_trainer.training.data import prepare
from lenet_trainer.training.loop import TrainingResult, train


def train_on(
    dataset: Dataset,
    settings: TrainSettings,
    progress: Progress,
    network: Network | None = None,
    checkpoint: CheckpointFile | None = None,
) -> TrainingResult:
    """Prepare the dataset and train on its labels."""
    return train(prepare(dataset, settings), settings, progress, network, checkpoint=checkpoint)
