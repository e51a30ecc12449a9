"""Reads the files in a tar archive, compressed or not."""

import lzma
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO, cast

from lenet_client.cli.inputs.archive_members import MEMBER_READ_BYTES, is_hidden
from lenet_client.cli.inputs.forward_file import ForwardFile
from lenet_client.cli.inputs.picture import Picture, Unreadable

DAMAGE_ERRORS = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


def tar_members(path: str) -> Iterator[Picture]:
    """The files in a tar archive; see archive_members()."""
    try:
        with ForwardFile(path) as file, tarfile.open(fileobj=cast("IO[bytes]", file), mode="r:") as archive:
            while member := archive.next():
                archive.members.clear()  # type: ignore[attr-defined]  # tarfile keeps every member it has read
                if (member.isreg() or member.issym() or member.islnk()) and not is_hidden(member.name):
                    yield Picture(f"{path}/{member.name.removeprefix('./')}", _content(archive, member))
            _check_end(file.last)
    except FileNotFoundError:
        yield Picture(path, path)  # reading it as a picture reports that
    except DAMAGE_ERRORS as error:
        yield Picture(path, Unreadable(f"not a tar archive, or damaged: {error}"))


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | Unreadable:
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        return Unreadable("links inside archives are not followed")
    with content:
        return content.read(MEMBER_READ_BYTES)


def _check_end(last_block: bytes) -> None:
    """Raise ReadError for an archive without its end mark: tarfile silently takes a damaged header for the end."""
    if len(last_block) < tarfile.BLOCKSIZE:
        raise tarfile.ReadError("it ends before its end mark")
    if any(last_block):
        raise tarfile.ReadError("a member's header is damaged")
