"""The directory of a zip archive, one member after the other: zipfile holds all at once, and there may be a million.

The numbers are those of PKWARE's APPNOTE.TXT, sections 4.3.12 to 4.3.16 and 4.5.3.
"""

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

END = struct.Struct("<4s4H2LH")  # the end record: signature, disks and counts, size and offset of the directory
END_64 = struct.Struct("<4sQ2H2L4Q")  # the same with large numbers …
LOCATOR_64 = struct.Struct("<4sLQL")  # … and what says that there is one
ENTRY = struct.Struct("<4s6H3L5H2L")
MOST_COMMENT = 2**16
UTF_8 = 0x800  # a flag of a member
LARGE = 2**32 - 1  # stands for a number that is in the field of this kind:
LARGE_FIELD = 1


class DamagedZip(Exception):
    """What is no zip archive, or no whole one. The message says what is wrong."""


class Member(NamedTuple):
    """A member: where it is, and what is known of it."""

    name: str
    flags: int
    method: int
    checksum: int
    compressed_size: int
    size: int
    attributes: int
    offset: int
    """Of its header in the file, in bytes."""


def directory(file: IO[bytes]) -> Iterator[Member]:
    """The members in the order of the directory. Raises DamagedZip, also in the middle."""
    start, left, shift = _bounds(file)
    file.seek(start)
    while left > 0:
        fields = _read(file, ENTRY, b"PK\1\2")
        name, more, comment = fields[10:13]
        left -= ENTRY.size + name + more + comment
        text, extra = file.read(name), file.read(more)
        file.read(comment)
        if left < 0 or len(extra) < more:
            raise DamagedZip("its directory is cut off")
        size, compressed_size, offset = _large([fields[9], fields[8], fields[16]], extra)
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
    """Where the directory begins, its size, and by how much all is moved by what was put before the archive."""
    whole = file.seek(0, 2)
    file.seek(max(0, whole - END.size - MOST_COMMENT))
    tail = file.read()
    found = len(tail)
    while (found := tail.rfind(b"PK\5\6", 0, found)) >= 0:  # the archive's comment may have these bytes, too
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
        raise DamagedZip("its directory is not where it should be")
    return start, size, start - offset


def _read(file: IO[bytes], form: struct.Struct, signature: bytes) -> tuple[int, ...]:
    content = file.read(form.size)
    if len(content) < form.size or not content.startswith(signature):
        raise DamagedZip("its directory is damaged")
    return form.unpack(content)


def _large(numbers: list[int], extra: bytes) -> list[int]:
    """The numbers, with those in their places that are too large for 32 bits."""
    if LARGE not in numbers:
        return numbers
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, position)
        if kind == LARGE_FIELD and size >= 8 * numbers.count(LARGE):
            large = iter(struct.unpack_from(f"<{size // 8}Q", extra, position + 4))
            return [next(large) if number == LARGE else number for number in numbers]
        position += 4 + size
    raise DamagedZip("its directory lacks a large number")
