"""Writes the figures of a training as TensorBoard's event files, if TensorBoard is installed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lenet_trainer.errors import OutputError, SettingsError
from lenet_trainer.training.scalars import Scalars


@contextmanager
def event_files(folder: Path | None) -> Iterator[Scalars | None]:
    """Yield scalars that are written to event files in a folder; None without a folder.

    Raises SettingsError if TensorBoard is not installed, and OutputError if the folder cannot be written.
    """
    if folder is None:
        yield None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise SettingsError("--tensorboard needs TensorBoard, which comes with lenet-trainer[tensorboard]") from error
    try:
        writer = SummaryWriter(str(folder))
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        yield EventFiles(writer)
    finally:
        writer.close()


class EventFiles:
    """Scalars written to TensorBoard's event files."""

    def __init__(self, writer: Any):
        self.writer = writer

    def record(self, step: int, figures: Mapping[str, float]) -> None:
        """Write the figures after that many steps."""
        for name, value in figures.items():
            self.writer.add_scalar(name, value, step)
