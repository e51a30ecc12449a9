"""Scripts that classify a folder without a server: the baselines of `lenet classify`.

    python -m benchmarks.classify_baselines plain DIR OUTPUT --batch 1      Pillow and ONNX Runtime, one loop
    python -m benchmarks.classify_baselines ceiling DIR OUTPUT --batch 64   OpenCV and ONNX Runtime, all cores

Both take pictures of the model's size, and write JSON Lines with path, label and score.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmarks.ours import MODEL

LABELS = "0123456789"


def main() -> None:
    """Run one of the scripts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", choices=["plain", "ceiling"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--batch", type=int, default=64)
    arguments = parser.parse_args()
    {"plain": plain, "ceiling": ceiling}[arguments.script](arguments.folder, arguments.output, arguments.batch)


def plain(folder: Path, output: Path, batch: int) -> None:
    """Classify in a loop, with a default session."""
    from PIL import Image

    def read(path: str) -> NDArray[np.uint8]:
        return np.asarray(Image.open(path).convert("L"))

    session = onnxruntime.InferenceSession(MODEL)
    with output.open("w") as file:
        for paths in _batches(folder, batch):
            file.writelines(_lines(session, paths, read))


def ceiling(folder: Path, output: Path, batch: int) -> None:
    """Classify in a thread for each core, each with a one-thread session: the most that the machine can do."""
    import cv2

    cv2.setNumThreads(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    cores = len(os.sched_getaffinity(0))
    sessions = [onnxruntime.InferenceSession(MODEL, options) for _ in range(cores)]
    everything = list(_batches(folder, batch))

    def read(path: str) -> NDArray[np.uint8]:
        with open(path, "rb", buffering=0) as picture:  # noqa: PTH123 unbuffered is faster
            image = cv2.imdecode(np.frombuffer(picture.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
        return np.asarray(image, np.uint8)

    def work(core: int) -> list[str]:
        return [line for paths in everything[core::cores] for line in _lines(sessions[core], paths, read)]

    with output.open("w") as file, ThreadPoolExecutor(cores) as pool:
        for lines in pool.map(work, range(cores)):
            file.writelines(lines)


def _batches(folder: Path, size: int) -> Iterator[list[str]]:
    paths = (f"{place}/{name}" for place, _, names in sorted(os.walk(folder)) for name in sorted(names))
    while batch := list(islice(paths, size)):
        yield batch


def _lines(
    session: onnxruntime.InferenceSession, paths: Sequence[str], read: Callable[[str], NDArray[np.uint8]]
) -> list[str]:
    images = np.stack([read(path) for path in paths])[:, None]  # [n, 1, 28, 28]
    (probabilities,) = session.run(["probabilities"], {"image": images})
    best = probabilities.argmax(1)
    return [
        json.dumps({"path": path, "label": LABELS[label], "score": float(row[label])}) + "\n"
        for path, label, row in zip(paths, best, probabilities, strict=True)
    ]


if __name__ == "__main__":
    main()
