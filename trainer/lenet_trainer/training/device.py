"""Chooses where to compute, and checks for the compiler that `--compile` needs."""

import os
import shutil

import torch

from lenet_trainer.errors import SettingsError


def choose_device(name: str) -> torch.device:
    """Return the device of that name; `auto` is CUDA if available, else the CPU. Raises SettingsError without CUDA."""
    if name == "cuda" and not torch.cuda.is_available():
        raise SettingsError("--device cuda (LENET_TRAINER_DEVICE): PyTorch finds no CUDA here; choose auto or cpu")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def require_compiler() -> None:
    """Raise SettingsError if there is no C++ compiler: PyTorch would fail only after the first batch."""
    if not any(map(shutil.which, (os.environ.get("CXX", ""), "g++", "clang++"))):
        raise SettingsError("--compile (LENET_TRAINER_COMPILE) needs a C++ compiler: install g++, or leave it out")
