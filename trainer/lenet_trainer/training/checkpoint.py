"""Saves the state of a training to a file, and resumes an interrupted training from it, bit for bit."""

import hashlib
import io
import time
from pathlib import Path
from typing import Any

import torch

from lenet_trainer.durable_files import replace_durably
from lenet_trainer.errors import CheckpointError
from lenet_trainer.networks.network import Network
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.data import TrainingData
from lenet_trainer.training.state import TrainingState

MAGIC = b"lenet-trainer checkpoint 1\n"
DIGEST_BYTES = 32  # of SHA-256


class CheckpointFile:
    """The checkpoint of one training, saved after an epoch at most every `seconds`, and always after the last.

    The file holds MAGIC, the SHA-256 of the rest, and the rest as `torch.save` writes it.
    """

    def __init__(self, path: Path, seconds: float):
        self.path, self.seconds = path, seconds
        self.saved = time.monotonic()

    def save(self, state: TrainingState, about: dict[str, Any], progress: Progress) -> None:
        """Write the state, if it is time; a full disk does not end the training, it is only reported."""
        if not state.finished and time.monotonic() - self.saved < self.seconds:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_durably(self.path, pack({"about": about, "state": state.state_dict()}))
        except OSError as error:
            remains = "; the one before it remains" if self.path.exists() else ""
            progress.say(f"no checkpoint: {self.path} cannot be written: {error.strerror}{remains}")
        self.saved = time.monotonic()

    def restore(self, state: TrainingState, about: dict[str, Any], progress: Progress) -> None:
        """Load the saved state into a new one; without a file, leave it unchanged.

        Raises CheckpointError if the file is damaged, or if its training differs from this one in `about`.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            progress.say(f"no checkpoint at {self.path}: starting from the beginning")
            return
        except OSError as error:
            raise CheckpointError(f"{self.path} cannot be read: {error.strerror}") from error
        saved = unpack(content, self.path)
        different = [name for name in about if saved["about"].get(name) != about[name]]
        if different:
            listed = ", ".join(f"{name} {saved['about'].get(name)!r}, now {about[name]!r}" for name in different)
            raise CheckpointError(
                f"{self.path} is of another training: {listed}. Use the same settings, or start anew without --resume"
            )
        state.load_state_dict(saved["state"])
        progress.say(f"resuming after epoch {state.epochs}, {state.step:,} of {state.total_steps:,} steps")


def identity(data: TrainingData, settings: TrainSettings, network: Network, distilled: bool) -> dict[str, Any]:
    """Return what determines the weights, by name: a training can resume only if all of it is the same."""
    return settings.of_the_weights() | {
        "dataset_sha256": data.dataset_sha256,
        "network": f"{type(network).__name__} of {network.parameter_count} parameters",
        "device": data.device.type,  # the settings may say auto
        "taught": distilled,
        "threads": torch.get_num_threads(),
        "torch": str(torch.__version__),
    }


def pack(checkpoint: dict[str, Any]) -> bytes:
    """Return the content of a checkpoint file."""
    file = io.BytesIO()
    torch.save(checkpoint, file)
    content = file.getvalue()
    return MAGIC + hashlib.sha256(content).digest() + content


def unpack(content: bytes, path: Path) -> dict[str, Any]:
    """Return the checkpoint in a file's content; raises CheckpointError, naming the file, if it is damaged."""
    start = len(MAGIC) + DIGEST_BYTES
    if content[: len(MAGIC)] != MAGIC:
        raise CheckpointError(f"{path} is not a checkpoint of this trainer; delete it to start anew")
    if hashlib.sha256(content[start:]).digest() != content[len(MAGIC) : start]:
        raise CheckpointError(f"{path} is damaged: its SHA-256 does not match; delete it to start anew")
    saved: dict[str, Any] = torch.load(io.BytesIO(content[start:]), map_location="cpu", weights_only=True)
    return saved
