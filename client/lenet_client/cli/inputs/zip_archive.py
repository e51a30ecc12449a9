"""Reads the files in a zip archive."""

import stat
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lenet_client.cli.inputs.archive_members import MEMBER_READ_BYTES, is_hidden
from lenet_client.cli.inputs.picture import Picture, Unreadable
from lenet_client.cli.inputs.zip_directory import DamagedZip, Member, directory

HEADER = struct.Struct("<4s5H3L2H")  # local file header: APPNOTE.TXT, 4.3.7
ENCRYPTED = 1  # general purpose bit 0: 4.4.4
STORED, DEFLATED = 0, 8  # compression methods: 4.4.5
MODE_SHIFT = 16  # the upper half of the external attributes is the Unix file mode
CHUNK_BYTES = 2**16  # compressed bytes read at once


def zip_members(path: str) -> Iterator[Picture]:
    """The files in a zip archive; see archive_members()."""
    try:
        with Path(path).open("rb") as listing, Path(path).open("rb") as content:
            for member in directory(listing):
                if not member.name.endswith("/") and not is_hidden(member.name):
                    yield Picture(f"{path}/{member.name}", _content(content, member))
    except (FileNotFoundError, PermissionError):
        yield Picture(path, path)  # reading it as a picture reports that
    except (DamagedZip, OSError) as error:
        yield Picture(path, Unreadable(f"not a zip archive, or damaged: {error}"))


def _content(file: IO[bytes], member: Member) -> bytes | Unreadable:
    """The content of a member, or its first MEMBER_READ_BYTES."""
    if stat.S_ISLNK(member.attributes >> MODE_SHIFT):
        return Unreadable("links inside archives are not followed")
    if member.flags & ENCRYPTED:
        return Unreadable("encrypted: unpack the archive with its password first")
    if member.method not in (STORED, DEFLATED):
        return Unreadable(f"compression method {member.method} is not supported: unpack the archive first")
    try:
        _seek_content(file, member)
        if member.method == STORED:
            content = file.read(min(member.size, MEMBER_READ_BYTES))
        else:
            content = _inflated(file, member.compressed_size)
    except (DamagedZip, zlib.error, OSError) as error:
        return Unreadable(f"damaged inside the archive: {error}")
    if len(content) < MEMBER_READ_BYTES and (len(content) != member.size or zlib.crc32(content) != member.checksum):
        return Unreadable("damaged inside the archive: size or checksum differs from the directory")
    return content


def _seek_content(file: IO[bytes], member: Member) -> None:
    file.seek(member.offset)
    header = file.read(HEADER.size)
    if len(header) < HEADER.size or not header.startswith(b"PK\3\4"):
        raise DamagedZip("its header is not at the offset in the directory")
    name, more = HEADER.unpack(header)[9:]
    file.seek(member.offset + HEADER.size + name + more)


def _inflated(file: IO[bytes], size: int) -> bytes:
    """The decompressed content, up to MEMBER_READ_BYTES."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    content = bytearray()
    while size > 0 and len(content) < MEMBER_READ_BYTES and not inflate.eof:
        compressed = file.read(min(size, CHUNK_BYTES))
        if not compressed:
            break
        size -= len(compressed)
        content += inflate.decompress(compressed, MEMBER_READ_BYTES - len(content))
        while inflate.unconsumed_tail and len(content) < MEMBER_READ_BYTES:
            content += inflate.decompress(inflate.unconsumed_tail, MEMBER_READ_BYTES - len(content))
    return bytes(content)
