"""Verifies a model: the lecture's definition in NumPy, PyTorch and ONNX Runtime must agree on the test split."""

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

BATCH_SIZES = (1, 2, 7, 64)  # one image, a pair, an odd number, a full batch of the server
# Between two probabilities: float32 rounding causes about 1e-6, a wrong padding or scale far more than 1e-5.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Agreement:
    """The comparison of two implementations on all images, in batches of one size."""

    batch_size: int
    first: str
    second: str
    different_labels: int
    largest_difference: float  # between two probabilities

    @property
    def passed(self) -> bool:
        """Whether all labels are equal and all probabilities within TOLERANCE; false for a NaN."""
        return self.different_labels == 0 and self.largest_difference <= TOLERANCE


@dataclass(frozen=True)
class ParityReport:
    """The comparison of one model file's implementations on a test split."""

    model_sha256: str
    images: int
    right: int  # images that ONNX Runtime classifies correctly
    agreements: tuple[Agreement, ...]

    @property
    def passed(self) -> bool:
        """Whether all implementations agree, for all batch sizes."""
        return all(agreement.passed for agreement in self.agreements)

    @property
    def accuracy(self) -> float:
        """The share of images that ONNX Runtime classifies correctly, 0 to 1."""
        return self.right / self.images


def verify(model: ModelFile, dataset: Dataset, progress: Progress) -> ParityReport:
    """Classify the test split with all three, in batches of BATCH_SIZES, and compare them pairwise.

    Raises ModelError if the model does not fit the dataset or its weights are not LeNet's.
    """
    model.require_fit(dataset)
    images, labels = dataset.split("test")
    network, runtime = model.network(), OnnxRuntime(model.content)
    progress.begin("verifying", 1 + len(BATCH_SIZES))
    # NumPy's definition treats every image independently, so it is computed once, not per batch size.
    defined = lenet_probabilities(images, model.weights, model.activation, model.pooling)  # [N, K]
    progress.advance()
    agreements: list[Agreement] = []
    right = 0
    for batch_size in BATCH_SIZES:
        probabilities: dict[str, NDArray[np.floating]] = {
            "NumPy": defined,
            "PyTorch": torch_probabilities(network, images, batch_size),
            "ONNX Runtime": runtime.probabilities(images, batch_size),
        }
        agreements += [
            compare(batch_size, first, second, probabilities) for first, second in combinations(probabilities, 2)
        ]
        right = int((probabilities["ONNX Runtime"].argmax(axis=1) == labels).sum())
        progress.advance()
    progress.end()
    return ParityReport(hashlib.sha256(model.content).hexdigest(), len(images), right, tuple(agreements))


def compare(batch_size: int, first: str, second: str, probabilities: dict[str, NDArray[np.floating]]) -> Agreement:
    """Compare the probabilities [N, K] of two implementations."""
    left, right = probabilities[first], probabilities[second]
    different = int((left.argmax(axis=1) != right.argmax(axis=1)).sum())
    return Agreement(batch_size, first, second, different, float(np.abs(left - right).max()))


@torch.inference_mode()
def torch_probabilities(network: LeNet, images: NDArray[np.uint8], batch_size: int) -> NDArray[np.float32]:
    """Return PyTorch's probabilities [N, K] of images uint8 [N, C, H, W], computed in batches of that size."""
    batches = torch.split(torch.from_numpy(images), batch_size)
    threads = torch.get_num_threads()
    # On single images several threads mostly wait for each other: minutes instead of seconds on shared cores.
    torch.set_num_threads(1)
    try:
        return torch.cat([network(batch).softmax(dim=1) for batch in batches]).numpy()
    finally:
        torch.set_num_threads(threads)
