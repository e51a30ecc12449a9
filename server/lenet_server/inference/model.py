"""A loaded model version: a file of lenet's own form, or any image classifier described by model.toml."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet_server.batching.job import Outputs
from lenet_server.errors import ModelRejected
from lenet_server.inference.custom_graph import CustomGraph
from lenet_server.inference.graph import Graph
from lenet_server.inference.lenet_graph import OUTPUTS, LenetGraph
from lenet_server.inference.session import open_session
from lenet_server.repository.custom_model import CustomModelOptions

__all__ = ["OUTPUTS", "Model"]


class Model:
    """One version of a model.

    Attributes: `name`, `version`, `labels` (K of them, in the order of the outputs), `input_shape` (C, H, W),
    `preprocessing` (how an image becomes the input), `metadata` (the file's metadata), and `predict`, which runs the
    model on images [n, C, H, W].
    """

    def __init__(
        self, path: Path, *, name: str, version: int, threads: int, foreign: CustomModelOptions | None = None
    ) -> None:
        """Load the file at `path`; raises ModelRejected with the reason if it cannot be served."""
        session = open_session(path, threads)
        self.name = name
        self.version = version
        self.metadata: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        graph: Graph = CustomGraph(session, foreign) if foreign else LenetGraph(session, self.metadata)
        self.labels = list(graph.labels)
        self.preprocessing = graph.preprocessing
        wanted = graph.preprocessing
        self.input_shape = (wanted.channels, wanted.height, wanted.width)
        self.predict: Callable[[NDArray[np.uint8]], Outputs] = graph.run

    def warm_up(self, max_batch_size: int) -> float:
        """Run the smallest and the largest batch, so that ONNX Runtime allocates its memory before the first call.

        Returns the processor time, in seconds, of this thread for the largest batch. Raises ModelRejected if the model
        fails, or its outputs have a wrong shape or are not probabilities.
        """
        seconds = 0.0
        for size in (1, max_batch_size, max_batch_size):
            began = time.thread_time()
            try:
                outputs = self.predict(np.zeros((size, *self.input_shape), np.uint8))
            except ModelRejected:
                raise
            except Exception as error:  # ONNX Runtime raises a dozen classes of its own
                raise ModelRejected(f"it cannot compute a batch of {size}: {error}") from error
            shapes = {outputs.probabilities.shape, outputs.logits.shape}
            if shapes != {(size, len(self.labels))}:
                raise ModelRejected(f"a batch of {size} gets outputs of the shapes {shapes}")
            if not np.allclose(outputs.probabilities.sum(axis=1), 1, atol=1e-3):
                total = outputs.probabilities.sum(axis=1)[0]
                raise ModelRejected(f"the probabilities of an image come to {total:.4g}, not to 1: are they logits?")
            seconds = time.thread_time() - began
        return seconds
