"""`--copy-to` and `--move-to`: sorts pictures into folders named by their labels."""

from collections.abc import Callable
from pathlib import Path

from lenet_client import LenetError
from lenet_client.cli.classify.file_placement import place
from lenet_client.cli.inputs.picture import Picture
from lenet_client.cli.output.record import Record


class CannotSort(LenetError):
    """A picture cannot be copied or moved to its folder."""


class Sorter:
    """Copies or moves classified pictures to FOLDER/<label>; failed and uncertain ones stay where they are.

    Attributes: `placed`, how many were copied or moved; `already_there`, how many an earlier run had placed.
    """

    def __init__(self, folder: Path, *, move: bool, dry_run: bool, log: Callable[[str], None] | None) -> None:
        """`log` receives a line for each picture that is placed."""
        self._folder = folder
        self._move = move
        self._dry_run = dry_run
        self._log = log
        self.placed = self.already_there = 0

    def sort(self, picture: Picture, record: Record) -> None:
        """Place one picture. Raises CannotSort."""
        if record.label is None or record.uncertain:
            return
        if self._move and not picture.is_file:
            raise CannotSort(f"{picture.path} is part of an archive and cannot be moved: use --copy-to")
        folder = self._folder / folder_name(record.label)
        try:
            target, is_new = place(picture, folder, move=self._move, dry_run=self._dry_run)
        except OSError as error:
            reason = error.strerror or error
            raise CannotSort(
                f"{picture.path} cannot be {'moved' if self._move else 'copied'} to {folder}: {reason}; "
                "the same command continues from here"
            ) from error
        self.placed += is_new
        self.already_there += not is_new
        if self._log and is_new:
            self._log(f"{picture.path} → {target}")

    def summary(self) -> str:
        """The numbers, on one line."""
        verb = "moved" if self._move else "copied"
        would_be = "would be " if self._dry_run else ""
        already_there = f", {self.already_there:,} were already there" if self.already_there else ""
        pictures = "picture" if self.placed == 1 else "pictures"
        return f"{self.placed:,} {pictures} {would_be}{verb} to {self._folder}{already_there}"


def folder_name(label: str) -> str:
    """The name of a label's folder: one path component that is neither hidden nor a way out of the parent folder."""
    name = label.replace("/", "_").replace("\0", "_")
    return f"_{name}" if name.startswith(".") or not name else name
