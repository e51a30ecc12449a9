"""Reads image files with as few system calls as possible, because there are many and they are small."""

import os

FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)
CHUNK_BYTES = 2**20


def read_file(path: str | os.PathLike[str], limit: int) -> bytes:
    """The content of a file. Reading stops once it exceeds `limit` bytes, so a longer result means a larger file.

    Raises OSError, and ValueError for a path that contains NUL.
    """
    descriptor = os.open(path, FLAGS)
    try:
        size = os.fstat(descriptor).st_size
        content = os.read(descriptor, min(size, limit) + 1)  # allocating `limit` bytes would take longer than reading
        if len(content) == size and size:
            return content
        chunks = [content]  # a device, a pipe, or a file that is being written
        read = len(content)
        while chunks[-1] and read <= limit:
            chunks.append(os.read(descriptor, CHUNK_BYTES))
            read += len(chunks[-1])
        return b"".join(chunks)
    finally:
        os.close(descriptor)
