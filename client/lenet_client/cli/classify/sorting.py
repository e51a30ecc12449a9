"""`--copy-to` and `--move-to`: each picture into a folder named by its label."""

from collections.abc import Callable
from pathlib import Path

from lenet_client import LenetError
from lenet_client.cli.classify.file_placement import place
from lenet_client.cli.inputs.picture import Picture
from lenet_client.cli.output.record import Record


class CannotSort(LenetError):
    """A picture cannot be put where it belongs."""


class Sorter:
    """Puts classified pictures into folders below one; the uncertain stay where they are, and those without a label.

    Attributes: `put`, the pictures that were copied or moved, `there`, those that an earlier run had put there.
    """

    def __init__(self, folder: Path, *, move: bool, dry_run: bool, say: Callable[[str], None] | None) -> None:
        """`say` gets a line for each picture."""
        self._folder = folder
        self._move = move
        self._dry_run = dry_run
        self._say = say
        self.put = self.there = 0

    def sort(self, picture: Picture, record: Record) -> None:
        """Put one picture where it belongs. Raises CannotSort."""
        if record.label is None or record.uncertain:
            return
        if self._move and not picture.is_file:
            raise CannotSort(f"{picture.path} is a part of an archive and cannot be moved: use --copy-to")
        folder = self._folder / folder_name(record.label)
        try:
            target, is_new = place(picture, folder, move=self._move, dry_run=self._dry_run)
        except OSError as error:
            reason = error.strerror or error
            raise CannotSort(
                f"{picture.path} cannot be {'moved' if self._move else 'copied'} to {folder}: {reason}; "
                "the same command goes on from here"
            ) from error
        self.put += is_new
        self.there += not is_new
        if self._say and is_new:
            self._say(f"{picture.path} → {target}")

    def summary(self) -> str:
        """What was done, in a line."""
        done = "moved" if self._move else "copied"
        would = "would be " if self._dry_run else ""
        there = f", {self.there:,} were there already" if self.there else ""
        pictures = "picture" if self.put == 1 else "pictures"
        return f"{self.put:,} {pictures} {would}{done} to {self._folder}{there}"


def folder_name(label: str) -> str:
    """A label as the name of a folder: it may hold what no name may, and must not lead elsewhere."""
    name = label.replace("/", "_").replace("\0", "_")
    return f"_{name}" if name.startswith(".") or not name else name
