"""Keeps the state of a training in a file, so that an interrupted training can go on as if nothing had happened."""

import hashlib
import io
import time
from pathlib import Path
from typing import Any

import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.durable_files import replace_durably
from lenet_trainer.errors import CheckpointError
from lenet_trainer.networks.lenet import Network
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.state import Run

MAGIC = b"lenet-trainer checkpoint 1\n"
DIGEST_BYTES = 32


class CheckpointFile:
    """The checkpoint of one training, written at the ends of epochs, at most every `seconds` but always at the last.

    The file is a line that says what it is, the SHA-256 of the rest, and the rest as PyTorch saves it.
    """

    def __init__(self, path: Path, seconds: float):
        self.path, self.seconds = path, seconds
        self.kept = time.monotonic()

    def keep(self, run: Run, about: dict[str, Any], progress: Progress) -> None:
        """Write the state of a run, if it is time; a disk that is full ends no training, so it is only told of."""
        if run.step < run.total and time.monotonic() - self.kept < self.seconds:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_durably(self.path, pack({"about": about, "state": run.state()}))
        except OSError as error:
            remains = "; the one before it remains" if self.path.exists() else ""
            progress.say(f"no checkpoint: {self.path} cannot be written: {error.strerror}{remains}")
        self.kept = time.monotonic()

    def restore(self, run: Run, about: dict[str, Any], progress: Progress) -> None:
        """Bring a fresh run into the state that was kept; without a file it stays as it is.

        Raises CheckpointError where the file is damaged, or is of a training with other settings or pictures.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            progress.say(f"no checkpoint at {self.path}: from the beginning")
            return
        except OSError as error:
            raise CheckpointError(f"{self.path} cannot be read: {error.strerror}") from error
        kept = unpack(content, self.path)
        different = [name for name in about if kept["about"].get(name) != about[name]]
        if different:
            listed = ", ".join(f"{name} {kept['about'].get(name)!r}, now {about[name]!r}" for name in different)
            raise CheckpointError(
                f"{self.path} is of another training: {listed}. Give what it had, or leave out --resume to begin anew"
            )
        run.restore(kept["state"])
        progress.say(f"going on after epoch {run.epochs}, {run.step:,} of {run.total:,} steps")


def identity(
    dataset: Dataset, settings: TrainSettings, network: Network, device: torch.device, taught: bool
) -> dict[str, Any]:
    """What decides about the weights, by name: a training can go on only where all of it is the same."""
    return settings.of_the_weights() | {
        "dataset_sha256": dataset.sha256,
        "network": f"{type(network).__name__} of {network.parameter_count} parameters",
        "device": device.type,  # in place of the settings' auto
        "taught": taught,
        "threads": torch.get_num_threads(),
        "torch": str(torch.__version__),
    }


def pack(state: dict[str, Any]) -> bytes:
    """A checkpoint as it stands in its file."""
    file = io.BytesIO()
    torch.save(state, file)
    content = file.getvalue()
    return MAGIC + hashlib.sha256(content).digest() + content


def unpack(content: bytes, path: Path) -> dict[str, Any]:
    """The checkpoint in a file's content; raises CheckpointError naming the file where it is not whole."""
    start = len(MAGIC) + DIGEST_BYTES
    if content[: len(MAGIC)] != MAGIC:
        raise CheckpointError(f"{path} is not a checkpoint of this trainer; delete it to begin anew")
    if hashlib.sha256(content[start:]).digest() != content[len(MAGIC) : start]:
        raise CheckpointError(f"{path} is damaged: its SHA-256 is another; delete it to begin anew")
    kept: dict[str, Any] = torch.load(io.BytesIO(content[start:]), map_location="cpu", weights_only=True)
    return kept
