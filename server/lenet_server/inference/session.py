"""Opens ONNX files in ONNX Runtime, the way this server runs them."""

from pathlib import Path

import onnxruntime

from lenet_server.errors import ModelRejected


def open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """A session with that number of threads. Raises ModelRejected if the file is not a model."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait save microseconds and use a whole core each, also in an idle server.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises a dozen classes of its own
        # The message reaches clients: it must not contain the path.
        reason = str(error).replace(str(path), path.name)
        raise ModelRejected(f"it is not a model that ONNX Runtime can load: {reason}") from error
