"""Trains LeNet and publishes it as a verified ONNX model."""

import os

# From 1.32 on ONNX Runtime sends telemetry and stores an identifier on the disk, unless this is set before its import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
