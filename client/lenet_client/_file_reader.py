"""Reads picture files: small ones by the thousand, so with as few steps as can be."""

import os

FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)
MORE_BYTES = 2**20


def read_file(path: str | os.PathLike[str], limit: int) -> bytes:
    """The content of a file; of one that has more than `limit` bytes, more than `limit` of them.

    Raises OSError, and ValueError for a path with a NUL in it.
    """
    # Memory for as much as the file has, not for as much as it may have: that would take longer than to read it.
    descriptor = os.open(path, FLAGS)
    try:
        size = os.fstat(descriptor).st_size
        content = os.read(descriptor, min(size, limit) + 1)
        if len(content) == size and size:
            return content
        chunks = [content]  # no plain file, or one that is being written
        read = len(content)
        while chunks[-1] and read <= limit:
            chunks.append(os.read(descriptor, MORE_BYTES))
            read += len(chunks[-1])
        return b"".join(chunks)
    finally:
        os.close(descriptor)
