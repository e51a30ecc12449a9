"""The trainer's settings: each field is a flag, an environment variable LENET_TRAINER_<FIELD>, and a line of --help."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from lenet_trainer.errors import SettingsError

DATASETS = ("mnist", "digits")
DEVICES = ("auto", "cpu", "cuda")
MNIST_MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"


def setting(
    default: object,
    description: str,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] = (),
) -> Any:
    """A dataclass field with its description and range, from which flags and checks are made."""
    limits = {"description": description, "minimum": minimum, "maximum": maximum, "choices": tuple(choices)}
    return field(default=default, metadata=limits)


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Which pictures to use and where they are; raises SettingsError where a value is out of range."""

    dataset: str = setting("mnist", "the pictures; digits is small and needs no download", choices=DATASETS)
    data_dir: Path = setting(Path("data"), "folder of the data; LENET_DATA_DIR counts too")
    mirror: str = setting(MNIST_MIRROR, "where MNIST is downloaded from if it is not in the data folder")

    def __post_init__(self) -> None:
        for item in fields(self):
            check(item.name, getattr(self, item.name), item.metadata)
        if not self.mirror.startswith(("http://", "https://")):
            raise SettingsError(
                f"--mirror (LENET_TRAINER_MIRROR) must begin with http:// or https://, not {self.mirror!r}"
            )


@dataclass(frozen=True, kw_only=True)
class TrainSettings(DataSettings):
    """Everything that decides how a model is trained and where it goes."""

    output: Path = setting(Path("models/lenet"), "folder of the model; the next whole number below it is the version")
    epochs: int = setting(15, "passes over the training pictures", 1, 10_000)
    seed: int = setting(0, "start of all random numbers; the same seed gives the same model", 0, 2**63 - 1)
    max_steps: int | None = setting(None, "stop after this many batches, for a quick trial", 1, 10**9)
    batch_size: int = setting(128, "pictures per step", 1, 65_536)
    learning_rate: float = setting(0.01, "highest learning rate of the one-cycle schedule", 1e-7, 10.0)
    weight_decay: float = setting(0.01, "AdamW's pull of the weights towards 0", 0.0, 10.0)
    shift_pixels: float = setting(1.5, "training pictures are moved by up to this, each way", 0.0, 8.0)
    rotation_degrees: float = setting(10.0, "training pictures are turned by up to this, each way", 0.0, 180.0)
    zoom: float = setting(0.1, "training pictures grow or shrink by up to this share", 0.0, 0.9)
    validation_share: float = setting(1 / 12, "share of the training pictures that only watches the training", 0.0, 0.5)
    threads: int | None = setting(None, "processor threads; PyTorch's choice where not given", 1, 1024)
    device: str = setting("auto", "where to compute; auto takes CUDA where there is one", choices=DEVICES)


def flag(name: str) -> str:
    """The command line's name of a field: max_steps is --max-steps."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """The environment variable of a field: max_steps is LENET_TRAINER_MAX_STEPS."""
    return f"LENET_TRAINER_{name.upper()}"


def value_range(limits: Any) -> str:
    """The allowed values of a field in words, from its metadata; empty where every value is allowed."""
    if limits["choices"]:
        return ", ".join(limits["choices"])
    if limits["minimum"] is not None:
        return f"{limits['minimum']:,} to {limits['maximum']:,}"
    return ""


def check(name: str, value: Any, limits: Any) -> None:
    """Raise SettingsError, naming flag and range, where a value is not allowed."""
    if value is None:
        return
    if limits["choices"] and value not in limits["choices"]:
        raise SettingsError(f"{flag(name)} ({variable(name)}) must be one of {value_range(limits)}, not {value!r}")
    if limits["minimum"] is not None and not limits["minimum"] <= value <= limits["maximum"]:
        raise SettingsError(f"{flag(name)} ({variable(name)}) must be from {value_range(limits)}, not {value}")
