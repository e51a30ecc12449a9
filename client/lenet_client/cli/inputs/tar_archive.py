"""The files in a tar archive, compressed or not."""

import lzma
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO, cast

from lenet_client.cli.inputs.archive_members import MEMBER_READ_BYTES, is_hidden
from lenet_client.cli.inputs.forward_file import ForwardFile
from lenet_client.cli.inputs.picture import Picture, Unreadable

DAMAGES = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


def tar_members(path: str) -> Iterator[Picture]:
    """The files in a tar archive; see archives.members."""
    try:
        with ForwardFile(path) as file, tarfile.open(fileobj=cast("IO[bytes]", file), mode="r:") as archive:
            while member := archive.next():
                archive.members.clear()  # type: ignore[attr-defined]  # tarfile keeps all that it has seen
                if (member.isreg() or member.issym() or member.islnk()) and not is_hidden(member.name):
                    yield Picture(f"{path}/{member.name.removeprefix('./')}", _content(archive, member))
            _check_end(file.last)
    except FileNotFoundError:
        yield Picture(path, path)  # whoever reads it learns that
    except DAMAGES as error:
        yield Picture(path, Unreadable(f"no tar archive, or a damaged one: {error}"))


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | Unreadable:
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        return Unreadable("a link inside an archive is not followed")
    with content:
        return content.read(MEMBER_READ_BYTES)


def _check_end(last_block: bytes) -> None:
    """Raise ReadError where the archive stops before its end: tarfile takes a damaged header for the end, silently."""
    if len(last_block) < tarfile.BLOCKSIZE:
        raise tarfile.ReadError("it stops before its end mark")
    if any(last_block):
        raise tarfile.ReadError("what follows is no header of a member")
