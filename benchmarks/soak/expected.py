"""The pictures that callers ask about, and the right answer to each from every version of every model.

The right answers come from ONNX Runtime in this process. Any two pictures, versions or models differ in theirs by more
than an answer may be off, so one that was meant for somebody else, or came from another model, cannot pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lenet_imaging import Preprocessing, encode_png, prepare

TOLERANCE = 1e-4  # float32 sums come out a little different in a batch of another size
APART = 10 * TOLERANCE
BORDER = 4  # black, so that a picture passes for ink as it is

Version = tuple[str, int]
"""The name of a model, and a version of it."""


@dataclass(frozen=True)
class Outputs:
    """What a model says of n pictures: `probabilities` and `logits`, float32 [n, K]."""

    probabilities: NDArray[np.float32]
    logits: NDArray[np.float32]


@dataclass(frozen=True)
class Pictures:
    """P pictures: `pixels` uint8 [P, 1, 28, 28]; the same as PNG `files`; and what each version has to say of them."""

    pixels: NDArray[np.uint8]
    files: list[bytes]
    right: dict[Version, Outputs]

    def __len__(self) -> int:
        """P."""
        return len(self.files)

    def off(self, version: Version, chosen: NDArray[np.intp], answer: Outputs) -> float:
        """How far an answer about the chosen pictures is off the version's: infinite where its shape is another."""
        right = self.right[version]
        pairs = [(answer.probabilities, right.probabilities[chosen])]
        if answer.logits.size:  # lenet.v1 tells probabilities only
            pairs.append((answer.logits, right.logits[chosen]))
        if any(given.shape != expected.shape for given, expected in pairs):
            return float("inf")
        return max(float(np.abs(given - expected).max()) for given, expected in pairs)


def make(models: Mapping[Version, bytes], count: int, seed: int = 0) -> Pictures:
    """About `count` pictures, and the model files' answers. Pictures that a model cannot tell apart are left out."""
    random = np.random.default_rng(seed)
    files = [encode_png(_blob(random)) for _ in range(count)]
    ink = Preprocessing(fit="ink", channels=1, height=28, width=28)
    pixels = np.stack([prepare(file, ink) for file in files])
    right = {version: _answers(content, pixels) for version, content in models.items()}
    kept = _distinct(np.stack([each.probabilities for each in right.values()]))
    return Pictures(
        pixels[kept],
        [files[each] for each in kept],
        {version: Outputs(each.probabilities[kept], each.logits[kept]) for version, each in right.items()},
    )


def _blob(random: np.random.Generator) -> NDArray[np.uint8]:
    """Something between a cloud and a digit, light on black: uint8 [1, 28, 28]."""
    inner = 28 - 2 * BORDER
    cloud = cv2.resize(random.normal(0, 1, (5, 5)), (inner, inner), interpolation=cv2.INTER_CUBIC)
    levels = 255 * (cloud - cloud.min()) / (cloud.max() - cloud.min())
    return np.pad(levels.astype(np.uint8), BORDER)[np.newaxis]


def _answers(content: bytes, pixels: NDArray[np.uint8]) -> Outputs:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return Outputs(*session.run(["probabilities", "logits"], {"image": pixels}))


def _distinct(answers: NDArray[np.float32]) -> list[int]:
    """Of answers [V, P, K], the pictures that all versions tell apart, and that no two versions answer alike."""
    kept: list[int] = []
    for each in range(answers.shape[1]):
        mine = answers[:, each]  # [V, K]
        between = np.abs(mine[:, None] - mine[None]).max(axis=2) + np.eye(len(mine))
        others = np.abs(answers[:, kept] - mine[:, None]).max(axis=2)  # [V, number kept]
        if between.min() > APART and (not kept or others.min() > APART):
            kept.append(each)
    return kept
