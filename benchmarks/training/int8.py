"""Compares int8 variants of a model with float32: accuracy, and speed for each batch size.

.venv/bin/python -m benchmarks.training.int8 --model models/lenet/1/model.onnx --data-dir data

Static quantisation by ONNX Runtime, calibrated on training images. The sessions take turns, with one thread each;
the figures are processor seconds, medians over rounds, so that other load on the machine has little influence.
"""

import argparse
import logging
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from lenet_trainer.datasets.loader import load
from lenet_trainer.export.onnx_runtime import OnnxRuntime
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings

CALIBRATION_IMAGES, BATCH_SIZES, ROUNDS = 1000, (1, 8, 64), 15
PICTURES = 2000  # in each round
CHOICES = {"convolutions and dense layers": ["Conv", "Gemm"], "every layer it can": None}


class Calibration(CalibrationDataReader):  # type: ignore[misc]  # it has no stubs
    """Training images, in batches."""

    def __init__(self, images: NDArray[np.uint8]):
        self.batches: Iterator[NDArray[np.uint8]] = iter(np.split(images, range(100, len(images), 100)))

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """Return the next batch; None after the last."""
        batch = next(self.batches, None)
        return None if batch is None else {"image": batch}


def quantised(model: Path, images: NDArray[np.uint8], operators: list[str] | None, method: CalibrationMethod) -> bytes:
    """Return the model in int8, calibrated on images uint8 [N, C, H, W]."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "int8.onnx"
        quantize_static(
            model,
            target,
            Calibration(images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=operators,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=method,
        )
        return target.read_bytes()


def microseconds(models: dict[str, OnnxRuntime], images: NDArray[np.uint8], batch_size: int) -> dict[str, float]:
    """Return the CPU time per image in microseconds, by model."""
    taken: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(ROUNDS):
        for name, model in models.items():
            started = time.process_time()
            model.probabilities(images[:PICTURES], batch_size)
            taken[name].append(time.process_time() - started)
    return {name: 1e6 * median(seconds) / PICTURES for name, seconds in taken.items()}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path("models/lenet/1/model.onnx"))
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    arguments = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    onnxruntime.set_default_logger_severity(3)
    dataset = load(DataSettings(data_dir=arguments.data_dir), Silent())
    images, labels = dataset.split("test")
    calibration = dataset.train_images[:CALIBRATION_IMAGES]
    content = {"float32": arguments.model.read_bytes()}
    for name, operators in CHOICES.items():
        for method in (CalibrationMethod.MinMax, CalibrationMethod.Percentile):
            content[f"int8, {name}, {method.name}"] = quantised(arguments.model, calibration, operators, method)
    models = {name: OnnxRuntime(file) for name, file in content.items()}
    times = {size: microseconds(models, images, size) for size in BATCH_SIZES}
    print(
        "| model | right of 10,000 | kB | " + " | ".join(f"µs a picture, {size} a batch" for size in BATCH_SIZES) + " |"
    )
    print("|---|" + "---:|" * (2 + len(BATCH_SIZES)))
    for name, model in models.items():
        right = int((model.probabilities(images, 64).argmax(axis=1) == labels).sum())
        figures = " | ".join(f"{times[size][name]:.1f}" for size in BATCH_SIZES)
        print(f"| {name} | {right:,} | {len(content[name]) / 1000:.0f} | {figures} |")


if __name__ == "__main__":
    main()
