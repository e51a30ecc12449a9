"""Copies or moves a picture into a folder: atomically, without overwriting, and once even when repeated."""

import errno
import filecmp
import hashlib
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path, PurePosixPath

from lenet_client.cli.inputs.picture import Picture

NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}  # errors of file systems without them
OTHER_FILE_SYSTEM = errno.EXDEV


def place(picture: Picture, folder: Path, *, move: bool, dry_run: bool = False) -> tuple[Path, bool]:
    """Copy or move a picture into a folder; return its new path, and whether it had to be placed.

    The file name is kept. If another picture has it, part of a hash of the path is added, so that a repeated run finds
    the same name. A file with the same content counts as placed by an earlier run; for a move, its modification time
    must be the same as well. Raises OSError.
    """
    for target in _names(picture.path, folder):
        if not os.path.lexists(target):
            if dry_run:
                return target, True
            folder.mkdir(parents=True, exist_ok=True)
            try:
                _place(picture, target, move)
            except FileExistsError:  # created by another process since the check
                continue
            return target, True
        if _is_placed(picture, target, move):
            if move and not dry_run:
                Path(picture.path).unlink()
            return target, False
    raise AssertionError("unreachable: _names() is endless")


def _names(path: str, folder: Path) -> Iterator[Path]:
    name = PurePosixPath(path.replace("\\", "/")).name
    yield folder / name
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    mark = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    yield folder / f"{stem}-{mark}{suffix}"
    yield from (folder / f"{stem}-{mark}-{number}{suffix}" for number in count(2))


def _is_placed(picture: Picture, target: Path, move: bool) -> bool:
    if not picture.is_file:
        return target.is_file() and target.read_bytes() == picture.image
    source = Path(picture.path)
    if not target.is_file():
        return False
    if move and not source.samefile(target) and source.stat().st_mtime_ns != target.stat().st_mtime_ns:
        return False
    return filecmp.cmp(source, target, shallow=False)


def _place(picture: Picture, target: Path, move: bool) -> None:
    source = Path(picture.path)
    if move and not source.is_symlink():
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in NO_HARD_LINKS | {OTHER_FILE_SYSTEM}:
                raise
        else:
            source.unlink()
            return
    part = target.with_name(f".{target.name}.part")
    _write(picture, part)
    try:
        _rename_new(part, target)
    finally:
        part.unlink(missing_ok=True)
    if move:
        source.unlink()


def _write(picture: Picture, part: Path) -> None:
    if picture.is_file:
        shutil.copy2(picture.path, part)
    else:
        part.write_bytes(picture.image if isinstance(picture.image, bytes) else b"")
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _rename_new(part: Path, target: Path) -> None:
    """Rename a complete file without overwriting. Raises FileExistsError."""
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        target.touch(exist_ok=False)  # without hard links, the name is reserved first
        part.replace(target)
