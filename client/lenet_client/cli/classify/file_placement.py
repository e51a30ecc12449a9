"""Puts a picture into a folder: never over another one, never half, and not twice when it is tried again."""

import errno
import filecmp
import hashlib
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path, PurePosixPath

from lenet_client.cli.inputs.picture import Picture

NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}  # what a file system says that has none
ANOTHER_DISK = errno.EXDEV


def place(picture: Picture, folder: Path, *, move: bool, dry_run: bool = False) -> tuple[Path, bool]:
    """Copy or move a picture into a folder; return where it is, and whether it had to be put there.

    The name stays. Where another picture has it already, a part of a hash of the path is added, so that the next
    attempt finds the same name. A picture with the same content counts as put there by an earlier attempt; one that
    is moved must have the same time, too. Raises OSError.
    """
    for target in _names(picture.path, folder):
        if not os.path.lexists(target):
            if dry_run:
                return target, True
            folder.mkdir(parents=True, exist_ok=True)
            try:
                _put(picture, target, move)
            except FileExistsError:  # since a moment ago
                continue
            return target, True
        if _is_there(picture, target, move):
            if move and not dry_run:
                Path(picture.path).unlink()
            return target, False
    raise AssertionError  # the names never end


def _names(path: str, folder: Path) -> Iterator[Path]:
    name = PurePosixPath(path.replace("\\", "/")).name
    yield folder / name
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    mark = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    yield folder / f"{stem}-{mark}{suffix}"
    yield from (folder / f"{stem}-{mark}-{number}{suffix}" for number in count(2))


def _is_there(picture: Picture, target: Path, move: bool) -> bool:
    if not picture.is_file:
        return target.is_file() and target.read_bytes() == picture.image
    source = Path(picture.path)
    if not target.is_file():
        return False
    if move and not source.samefile(target) and source.stat().st_mtime_ns != target.stat().st_mtime_ns:
        return False
    return filecmp.cmp(source, target, shallow=False)


def _put(picture: Picture, target: Path, move: bool) -> None:
    source = Path(picture.path)
    if move and not source.is_symlink():
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in NO_LINKS | {ANOTHER_DISK}:
                raise
        else:
            source.unlink()
            return
    part = target.with_name(f".{target.name}.part")
    _write(picture, part)
    try:
        _name(part, target)
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


def _name(part: Path, target: Path) -> None:
    """Give the whole file its name, unless something has it: raises FileExistsError."""
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        target.touch(exist_ok=False)  # without links, the name is taken first
        part.replace(target)
