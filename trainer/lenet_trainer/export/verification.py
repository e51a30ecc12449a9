"""Checks that three implementations agree: the lecture's definition in NumPy, PyTorch, and ONNX Runtime."""

import hashlib
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.export.model_file import ModelFile
from lenet_trainer.export.onnx_runtime import OnnxRuntime
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.progress import Progress
from lenet_trainer.reference.lenet import lenet_probabilities

BATCH_SIZES = (1, 2, 7, 64)
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Agreement:
    """How two implementations compare on all images, given in batches of one size."""

    batch_size: int
    first: str
    second: str
    different_labels: int
    largest_difference: float  # between two probabilities

    @property
    def passed(self) -> bool:
        """Whether the labels are the same and the probabilities within the tolerance; not where one is not a number."""
        return self.different_labels == 0 and self.largest_difference <= TOLERANCE


@dataclass(frozen=True)
class ParityReport:
    """The comparison of one model file's implementations on a test split."""

    model_sha256: str
    images: int
    right: int  # images that ONNX Runtime gives the right label
    agreements: tuple[Agreement, ...]

    @property
    def passed(self) -> bool:
        """Whether all implementations agree for all batch sizes."""
        return all(agreement.passed for agreement in self.agreements)

    @property
    def accuracy(self) -> float:
        """The share of images that ONNX Runtime gives the right label, 0 to 1."""
        return self.right / self.images


def verify(model: ModelFile, dataset: Dataset, progress: Progress) -> ParityReport:
    """Classify the test split with all three, in batches of 1, 2, 7 and 64, and compare them pairwise.

    Raises ModelError where the model does not fit the dataset or its weights are not LeNet's.
    """
    model.require_fit(dataset)
    images, labels = dataset.split("test")
    network, runtime = model.network(), OnnxRuntime(model.content)
    progress.begin("verifying", 1 + len(BATCH_SIZES))
    # The definition treats every picture on its own, so it is computed once and not per batch size.
    defined = lenet_probabilities(images, model.weights, model.activation, model.pooling)  # [N, K]
    progress.advance()
    agreements: list[Agreement] = []
    right = 0
    for batch_size in BATCH_SIZES:
        answers: dict[str, NDArray[np.floating]] = {
            "NumPy": defined,
            "PyTorch": torch_probabilities(network, images, batch_size),
            "ONNX Runtime": runtime.probabilities(images, batch_size),
        }
        agreements += [compare(batch_size, first, second, answers) for first, second in combinations(answers, 2)]
        right = int((answers["ONNX Runtime"].argmax(axis=1) == labels).sum())
        progress.advance()
    progress.end()
    return ParityReport(hashlib.sha256(model.content).hexdigest(), len(images), right, tuple(agreements))


def compare(batch_size: int, first: str, second: str, answers: dict[str, NDArray[np.floating]]) -> Agreement:
    """Compare the probabilities [N, K] of two implementations."""
    left, right = answers[first], answers[second]
    different = int((left.argmax(axis=1) != right.argmax(axis=1)).sum())
    return Agreement(batch_size, first, second, different, float(np.abs(left - right).max()))


@torch.inference_mode()
def torch_probabilities(network: LeNet, images: NDArray[np.uint8], batch_size: int) -> NDArray[np.float32]:
    """PyTorch's probabilities [N, K] of images uint8 [N, C, H, W], computed in batches of that size."""
    batches = torch.split(torch.from_numpy(images), batch_size)
    threads = torch.get_num_threads()
    # On single pictures several threads wait for one another: minutes instead of seconds where the cores are shared.
    torch.set_num_threads(1)
    try:
        return torch.cat([network(batch).softmax(dim=1) for batch in batches]).numpy()
    finally:
        torch.set_num_threads(threads)
