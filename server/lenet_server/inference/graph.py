"""The interface of a model file: images in, probabilities and logits out."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import Preprocessing
from lenet_server.batching.job import Outputs


class Graph(Protocol):
    """A model file that has passed its checks."""

    @property
    def labels(self) -> Sequence[str]:
        """The labels, K of them, in the order of the outputs."""

    @property
    def preprocessing(self) -> Preprocessing:
        """How an image becomes the model's input, and the input's shape."""

    def run(self, images: NDArray[np.uint8]) -> Outputs:
        """The outputs for images [n, C, H, W]."""
