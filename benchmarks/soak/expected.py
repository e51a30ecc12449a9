"""The pictures that callers send, and the expected outputs of every version of every model for them.

Expected outputs come from ONNX Runtime in this process. Those of any two pictures, versions or models differ by more
than the tolerance, so a response for another caller, or from another model, is detected.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lenet_imaging import ImageError, Preprocessing, encode_png, prepare

TOLERANCE = 1e-4  # float32 sums depend on the size of the batch
MIN_DIFFERENCE = 10 * TOLERANCE
BORDER = 4  # black pixels, so that the fit `ink` leaves the picture unchanged

Version = tuple[str, int]
"""The name of a model, and a version of it."""


@dataclass(frozen=True)
class Outputs:
    """Outputs of a model for n pictures: `probabilities` and `logits`, float32 [n, K]."""

    probabilities: NDArray[np.float32]
    logits: NDArray[np.float32]


@dataclass(frozen=True)
class Pictures:
    """P pictures: `pixels` uint8 [P, 1, 28, 28]; the same as PNG `files`; and the expected outputs by version."""

    pixels: NDArray[np.uint8]
    files: list[bytes]
    expected: dict[Version, Outputs]

    def __len__(self) -> int:
        """P."""
        return len(self.files)

    def difference(self, version: Version, chosen: NDArray[np.intp], outputs: Outputs) -> float:
        """Return the largest difference from the version's outputs for those pictures; infinite if shapes differ."""
        expected = self.expected[version]
        pairs = [(outputs.probabilities, expected.probabilities[chosen])]
        if outputs.logits.size:  # lenet.v1 returns probabilities only
            pairs.append((outputs.logits, expected.logits[chosen]))
        if any(given.shape != wanted.shape for given, wanted in pairs):
            return float("inf")
        return max(float(np.abs(given - wanted).max()) for given, wanted in pairs)


def make(models: Mapping[Version, bytes], count: int, seed: int = 0) -> Pictures:
    """Return about `count` pictures with the models' outputs; pictures that a model confuses are left out."""
    random = np.random.default_rng(seed)
    ink = Preprocessing(fit="ink", channels=1, height=28, width=28)
    files, fitted = [], []
    for _ in range(count):
        file = encode_png(_blob(random))
        try:
            fitted.append(prepare(file, ink))
        except ImageError:  # some blobs have no ink that stands out
            continue
        files.append(file)
    pixels = np.stack(fitted)
    expected = {version: _outputs(content, pixels) for version, content in models.items()}
    kept = _distinct(np.stack([each.probabilities for each in expected.values()]))
    return Pictures(
        pixels[kept],
        [files[each] for each in kept],
        {version: Outputs(each.probabilities[kept], each.logits[kept]) for version, each in expected.items()},
    )


def _blob(random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a random light blob on black: uint8 [1, 28, 28]."""
    inner = 28 - 2 * BORDER
    cloud = cv2.resize(random.normal(0, 1, (5, 5)), (inner, inner), interpolation=cv2.INTER_CUBIC)
    levels = 255 * (cloud - cloud.min()) / (cloud.max() - cloud.min())
    return np.pad(levels.astype(np.uint8), BORDER)[np.newaxis]


def _outputs(content: bytes, pixels: NDArray[np.uint8]) -> Outputs:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return Outputs(*session.run(["probabilities", "logits"], {"image": pixels}))


def _distinct(outputs: NDArray[np.float32]) -> list[int]:
    """Return the pictures of outputs [V, P, K] that differ from each other in every version, and between versions."""
    kept: list[int] = []
    for each in range(outputs.shape[1]):
        mine = outputs[:, each]  # [V, K]
        between = np.abs(mine[:, None] - mine[None]).max(axis=2) + np.eye(len(mine))
        others = np.abs(outputs[:, kept] - mine[:, None]).max(axis=2)  # [V, number kept]
        if between.min() > MIN_DIFFERENCE and (not kept or others.min() > MIN_DIFFERENCE):
            kept.append(each)
    return kept
