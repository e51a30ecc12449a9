"""Counts how many test pictures a published model gets right, through ONNX Runtime."""

from dataclasses import dataclass

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.model_file import ModelFile
from lenet_trainer.runtime import OnnxRuntime


@dataclass(frozen=True)
class Evaluation:
    """How a model did on a split."""

    images: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share of images that were given the right label, 0 to 1."""
        return self.right / self.images


def evaluate(model: ModelFile, dataset: Dataset, batch_size: int = 256) -> Evaluation:
    """Classify the dataset's test split; raises ModelError where the model does not fit the dataset."""
    model.require_fit(dataset)
    images, labels = dataset.split("test")
    predicted = OnnxRuntime(model.content).probabilities(images, batch_size).argmax(axis=1)  # [N]
    return Evaluation(len(images), int((predicted == labels).sum()))
