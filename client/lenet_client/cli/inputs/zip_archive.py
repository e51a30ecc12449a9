"""The files in a zip archive."""

import stat
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lenet_client.cli.inputs.archive_members import MEMBER_READ_BYTES, is_hidden
from lenet_client.cli.inputs.picture import Picture, Unreadable
from lenet_client.cli.inputs.zip_directory import DamagedZip, Member, directory

HEADER = struct.Struct("<4s5H3L2H")  # of a member
ENCRYPTED = 1  # a flag of a member
STORED, DEFLATED = 0, 8  # methods of compression
MODE_SHIFT = 16  # where a member's attributes have the mode of Unix
CHUNK_BYTES = 2**16


def zip_members(path: str) -> Iterator[Picture]:
    """The files in a zip archive; see archives.members."""
    try:
        with Path(path).open("rb") as listing, Path(path).open("rb") as content:
            for member in directory(listing):
                if not member.name.endswith("/") and not is_hidden(member.name):
                    yield Picture(f"{path}/{member.name}", _content(content, member))
    except (FileNotFoundError, PermissionError):
        yield Picture(path, path)  # whoever reads it learns that
    except (DamagedZip, OSError) as error:
        yield Picture(path, Unreadable(f"no zip archive, or a damaged one: {error}"))


def _content(file: IO[bytes], member: Member) -> bytes | Unreadable:
    """What a member holds, or the first MEMBER_READ_BYTES of it."""
    if stat.S_ISLNK(member.attributes >> MODE_SHIFT):
        return Unreadable("a link inside an archive is not followed")
    if member.flags & ENCRYPTED:
        return Unreadable("it is encrypted: unpack the archive with its password first")
    if member.method not in (STORED, DEFLATED):
        return Unreadable(f"compression method {member.method} is not known here: unpack the archive first")
    try:
        _go_to_content(file, member)
        if member.method == STORED:
            content = file.read(min(member.size, MEMBER_READ_BYTES))
        else:
            content = _inflated(file, member.compressed_size)
    except (DamagedZip, zlib.error, OSError) as error:
        return Unreadable(f"damaged inside the archive: {error}")
    if len(content) < MEMBER_READ_BYTES and (len(content) != member.size or zlib.crc32(content) != member.checksum):
        return Unreadable("damaged inside the archive: its content is not what the directory says")
    return content


def _go_to_content(file: IO[bytes], member: Member) -> None:
    file.seek(member.offset)
    header = file.read(HEADER.size)
    if len(header) < HEADER.size or not header.startswith(b"PK\3\4"):
        raise DamagedZip("it is not where the directory says")
    name, more = HEADER.unpack(header)[9:]
    file.seek(member.offset + HEADER.size + name + more)


def _inflated(file: IO[bytes], size: int) -> bytes:
    """At most MEMBER_READ_BYTES: what more there is would only take memory."""
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
