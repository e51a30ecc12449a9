"""The files in a zip archive."""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator

from lenet_client.cli.inputs.archives import READ_BYTES, is_hidden
from lenet_client.cli.inputs.picture import Picture, Unreadable

ENCRYPTED = 1  # a flag of a member
MODE_SHIFT = 16  # where a member's attributes have the mode of Unix

DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError)


def zip_members(path: str) -> Iterator[Picture]:
    """The files in a zip archive; see archives.members."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        yield Picture(path, path)  # whoever reads it learns that
        return
    except DAMAGES as error:
        yield Picture(path, Unreadable(f"no zip archive, or a damaged one: {error}"))
        return
    with archive:
        for member in archive.infolist():
            if not member.is_dir() and not is_hidden(member.filename):
                yield Picture(f"{path}/{member.filename}", _content(archive, member))


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | Unreadable:
    if stat.S_ISLNK(member.external_attr >> MODE_SHIFT):
        return Unreadable("a link inside an archive is not followed")
    if member.flag_bits & ENCRYPTED:
        return Unreadable("it is encrypted: unpack the archive with its password first")
    try:
        with archive.open(member) as file:
            return file.read(READ_BYTES)
    except NotImplementedError:
        return Unreadable("it is compressed by a method that is not read here: unpack the archive first")
    except DAMAGES as error:
        return Unreadable(f"damaged inside the archive: {error}")
