"""A compressed file as tarfile wants it: something that seeks, which here means to read on and never go back."""

import bz2
import gzip
import lzma
from pathlib import Path
from types import TracebackType
from typing import IO

SKIP_BYTES = 2**20
OPENERS = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}


class ForwardFile:
    """The decompressed content of a file, from its beginning to its end in one go.

    Attributes: `last`, what the latest read() returned.
    """

    def __init__(self, path: str) -> None:
        """Open the file; how it is compressed is seen from its first bytes. Raises OSError."""
        with Path(path).open("rb") as file:
            opener = OPENERS.get(file.read(2), open)
        self._file: IO[bytes] = opener(path, "rb")  # type: ignore[operator]
        self._position = 0
        self.last = b""

    def read(self, size: int) -> bytes:
        """Read on."""
        self.last = self._file.read(size)
        self._position += len(self.last)
        return self.last

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._position

    def seekable(self) -> bool:
        """Yes, if only forward."""
        return True

    def seek(self, position: int) -> None:
        """Read on to a position."""
        while self._position < position and self.read(min(SKIP_BYTES, position - self._position)):
            pass

    def __enter__(self) -> "ForwardFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
