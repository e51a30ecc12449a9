"""Finds the image files in folders named by label."""

import os
from dataclasses import dataclass
from pathlib import Path

from lenet_trainer.errors import DatasetError

CLUTTER = frozenset({"thumbs.db", "desktop.ini"})  # left behind by file managers; hidden files are skipped too


@dataclass(frozen=True)
class PictureFile:
    """A file, its label's index, and its split if the folders name one, else an empty string."""

    path: Path
    label: int
    split: str


def find_pictures(folder: Path) -> tuple[tuple[str, ...], list[PictureFile]]:
    """Return the labels, which are the names of the subfolders, and all files below them, in a stable order.

    If there are subfolders `train` and `test`, the labels are their subfolders. Raises DatasetError if a folder cannot
    be read, if there are fewer than two labels, or if a label is in `test` alone.
    """
    given = [name for name in ("train", "test") if (folder / name).is_dir()]
    if len(given) == 2:
        labels = subfolders(folder / "train")
        unknown = set(subfolders(folder / "test")) - set(labels)
        if unknown:
            raise DatasetError(f"{folder}: in test but not in train: {', '.join(sorted(unknown))}")
        places = [(folder / split / label, split) for split in given for label in labels]
    else:
        labels = subfolders(folder)
        places = [(folder / label, "") for label in labels]
    if len(labels) < 2:
        found = f"only {labels[0]}" if labels else "none"
        raise DatasetError(f"{folder} must hold a sub-folder for each of two labels or more; there is {found}")
    indices = {label: index for index, label in enumerate(labels)}
    files = [PictureFile(path, indices[place.name], split) for place, split in places for path in files_below(place)]
    return tuple(labels), files


def subfolders(folder: Path) -> list[str]:
    """Return the names of a folder's subfolders, sorted, numerically if all are numbers; raises DatasetError."""
    try:
        names = [entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    except OSError as error:
        raise DatasetError(f"{folder} cannot be read: {error.strerror}; name a folder with --data-dir") from error
    if all(name.isdecimal() for name in names):
        return sorted(names, key=lambda name: (int(name), name))
    return sorted(names)


def files_below(folder: Path) -> list[Path]:
    """Return all files below a folder, in a stable order."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        wanted = (name for name in names if not name.startswith(".") and name.lower() not in CLUTTER)
        found += [Path(place, name) for name in sorted(wanted)]
    return found
