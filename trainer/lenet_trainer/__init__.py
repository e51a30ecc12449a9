"""Trains LeNet and publishes it as a verified ONNX model."""
