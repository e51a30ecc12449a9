"""A decompressed stream that can seek forward, which is all that tarfile needs."""

import bz2
import gzip
import lzma
from pathlib import Path
from types import TracebackType
from typing import IO

SKIP_BYTES = 2**20  # read at once while seeking
OPENERS = {  # by the first bytes of the file
    b"\x1f\x8b": gzip.open,
    b"BZ": bz2.open,
    b"\xfd7": lzma.open,
}


class ForwardFile:
    """The decompressed content of a file, read once from start to end.

    Attributes: `last`, the result of the latest read().
    """

    def __init__(self, path: str) -> None:
        """Open the file, detecting its compression. Raises OSError."""
        with Path(path).open("rb") as file:
            opener = OPENERS.get(file.read(2), open)
        self._file: IO[bytes] = opener(path, "rb")  # type: ignore[operator]
        self._position = 0
        self.last = b""

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes."""
        self.last = self._file.read(size)
        self._position += len(self.last)
        return self.last

    def tell(self) -> int:
        """The position of the next byte."""
        return self._position

    def seekable(self) -> bool:
        """True; only forward."""
        return True

    def seek(self, position: int) -> None:
        """Skip forward to a position."""
        while self._position < position and self.read(min(SKIP_BYTES, position - self._position)):
            pass

    def __enter__(self) -> "ForwardFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
