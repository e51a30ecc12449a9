"""Classifies with ONNX Runtime, as the server does."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray


class OnnxRuntime:
    """An ONNX model loaded for inference on the CPU."""

    def __init__(self, content: bytes, threads: int = 1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def probabilities(self, images: NDArray[np.uint8], batch_size: int) -> NDArray[np.float32]:
        """Return probabilities [N, K] of images uint8 [N, C, H, W], computed in batches of that size."""
        batches = (images[start : start + batch_size] for start in range(0, len(images), batch_size))
        return np.concatenate([self.session.run(["probabilities"], {"image": batch})[0] for batch in batches])
