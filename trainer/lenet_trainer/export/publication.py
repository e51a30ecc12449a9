"""Publishes a model under the next version number, atomically."""

import hashlib
import shutil
import tempfile
import uuid
from pathlib import Path

from lenet_trainer.durable_files import sync_folder, write_durably
from lenet_trainer.errors import PublishError, VerificationError
from lenet_trainer.export.verification import ParityReport

MODEL_FILE = "model.onnx"
CARD_FILE = "model_card.md"


def publish(model: bytes, card: str, parity: ParityReport, directory: Path) -> Path:
    """Write the model file and its card to `directory/<version>/` and return that folder.

    Both are written to a hidden folder beside it, which is then renamed: a reader sees a complete version or none, and
    no version is ever overwritten. Raises VerificationError if `parity` failed or is of another file, and PublishError
    if the folder cannot be written.
    """
    if parity.model_sha256 != hashlib.sha256(model).hexdigest():
        raise VerificationError("the parity report is about another model file")
    if not parity.passed:
        raise VerificationError("NumPy, PyTorch and ONNX Runtime disagree about this model; it is not published")
    hidden = directory / f".publishing-{uuid.uuid4().hex}"
    try:
        try:
            hidden.mkdir(parents=True)
            write_durably(hidden / MODEL_FILE, model)
            write_durably(hidden / CARD_FILE, card.encode())
            sync_folder(hidden)
            published = rename_to_next_version(hidden)
            sync_folder(directory)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)  # already gone if the rename succeeded
    except OSError as error:
        raise PublishError(f"{directory} cannot be written: {error.strerror}") from error
    return published


def require_writable(directory: Path) -> None:
    """Raise PublishError if nothing can be published to the folder, which may not exist yet."""
    existing = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    try:
        # Only a trial shows it: permission bits do not tell of read-only file systems, quotas or a file in the way.
        Path(tempfile.mkdtemp(prefix=".publishing-", dir=existing)).rmdir()
    except OSError as error:
        raise PublishError(f"{directory} cannot be written: {error.strerror}; choose another --output") from error


def rename_to_next_version(hidden: Path) -> Path:
    """Rename a folder to the next free version number beside it; safe with several publishers at once."""
    while True:
        target = hidden.parent / str(max(versions(hidden.parent), default=0) + 1)
        try:
            return hidden.rename(target)
        except OSError:
            # Renaming over a non-empty folder fails: another publisher took this number, so try the next.
            if not target.exists():
                raise


def versions(directory: Path) -> list[int]:
    """Return the version numbers in a model's folder."""
    return [int(entry.name) for entry in directory.iterdir() if entry.name.isascii() and entry.name.isdigit()]
