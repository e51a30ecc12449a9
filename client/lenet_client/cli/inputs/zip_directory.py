"""Reads the central directory of a zip archive member by member, in flat memory; zipfile loads all members at once.

Record layouts: PKWARE's APPNOTE.TXT, sections 4.3.12 to 4.3.16 and 4.5.3.
"""

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

END = struct.Struct("<4s4H2LH")  # end record: signature, disks and counts, size and offset of the directory
END_64 = struct.Struct("<4sQ2H2L4Q")  # ZIP64 end record
LOCATOR_64 = struct.Struct("<4sLQL")  # ZIP64 end record locator
ENTRY = struct.Struct("<4s6H3L5H2L")  # of one member
MAX_COMMENT_BYTES = 2**16  # after the end record
UTF_8 = 0x800  # general purpose bit 11: the name is UTF-8
IN_ZIP64_FIELD = 2**32 - 1  # the value of a number that is stored in the extra field …
ZIP64_FIELD = 1  # … with this identifier


class DamagedZip(Exception):
    """Not a zip archive, or a damaged one. The message names the damage."""


class Member(NamedTuple):
    """The directory's entry for a member."""

    name: str
    flags: int
    method: int
    checksum: int
    compressed_size: int
    size: int
    attributes: int
    offset: int
    """Offset of its local header in the file, in bytes."""


def directory(file: IO[bytes]) -> Iterator[Member]:
    """The members in directory order. Raises DamagedZip, possibly after some members."""
    start, left, shift = _bounds(file)
    file.seek(start)
    while left > 0:
        fields = _read(file, ENTRY, b"PK\1\2")
        name, more, comment = fields[10:13]
        left -= ENTRY.size + name + more + comment
        text, extra = file.read(name), file.read(more)
        file.read(comment)
        if left < 0 or len(extra) < more:
            raise DamagedZip("its directory is truncated")
        size, compressed_size, offset = _zip64_values([fields[9], fields[8], fields[16]], extra)
        encoding = "utf-8" if fields[3] & UTF_8 else "cp437"
        yield Member(
            name=text.decode(encoding, "replace"),
            flags=fields[3],
            method=fields[4],
            checksum=fields[7],
            compressed_size=compressed_size,
            size=size,
            attributes=fields[15],
            offset=offset + shift,
        )


def _bounds(file: IO[bytes]) -> tuple[int, int, int]:
    """Start and size of the directory, and the size of data before the archive, which shifts all offsets."""
    whole = file.seek(0, 2)
    file.seek(max(0, whole - END.size - MAX_COMMENT_BYTES))
    tail = file.read()
    found = len(tail)
    while (found := tail.rfind(b"PK\5\6", 0, found)) >= 0:  # the comment may contain the signature, too
        if len(tail) - found >= END.size and END.unpack_from(tail, found)[7] == len(tail) - found - END.size:
            break
    else:
        raise DamagedZip("it has no directory at its end")
    end = whole - len(tail) + found
    size, offset = END.unpack_from(tail, found)[5:7]
    if tail[max(0, found - LOCATOR_64.size) : found].startswith(b"PK\6\7"):
        end -= LOCATOR_64.size + END_64.size
        file.seek(max(0, end))
        size, offset = _read(file, END_64, b"PK\6\6")[8:10]
    start = end - size
    if start < offset:
        raise DamagedZip("its directory is not at the offset in the end record")
    return start, size, start - offset


def _read(file: IO[bytes], form: struct.Struct, signature: bytes) -> tuple[int, ...]:
    content = file.read(form.size)
    if len(content) < form.size or not content.startswith(signature):
        raise DamagedZip("its directory is damaged")
    return form.unpack(content)


def _zip64_values(numbers: list[int], extra: bytes) -> list[int]:
    """The numbers, with those that do not fit into 32 bits taken from the extra field."""
    if IN_ZIP64_FIELD not in numbers:
        return numbers
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, position)
        if kind == ZIP64_FIELD and size >= 8 * numbers.count(IN_ZIP64_FIELD):
            values = iter(struct.unpack_from(f"<{size // 8}Q", extra, position + 4))
            return [next(values) if number == IN_ZIP64_FIELD else number for number in numbers]
        position += 4 + size
    raise DamagedZip("its directory lacks a ZIP64 field")
