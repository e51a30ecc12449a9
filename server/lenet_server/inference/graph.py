"""What a model file computes, whoever made it: images in, probabilities and logits out."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import Preprocessing
from lenet_server.batching.job import Outputs


class Graph(Protocol):
    """A file that has been found fit to be served."""

    @property
    def labels(self) -> Sequence[str]:
        """The labels, K of them, in the order of the outputs."""

    @property
    def preprocessing(self) -> Preprocessing:
        """How a picture becomes the input, and by that the input's shape."""

    def run(self, images: NDArray[np.uint8]) -> Outputs:
        """Compute once, on images [n, C, H, W]."""
