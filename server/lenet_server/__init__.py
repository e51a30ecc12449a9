"""Serves ONNX image classifiers over gRPC, in batches."""

import os
from importlib.metadata import version

__version__ = version("lenet-server")

# ONNX Runtime from 1.32 on tells Microsoft of its use, and leaves an identifier on the disk, unless this is set before
# it is loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
