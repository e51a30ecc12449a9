"""Keeps C libraries from writing to stderr while they decode.

libjpeg and libpng print their remarks with `fprintf(stderr, …)` and OpenCV gives no way to turn that off. Such lines
come from the picture's bytes, so they would let a picture write into the program's log. The C library's variable
`stderr` is therefore set to a stream that goes nowhere while a picture is decoded. File descriptor 2 and Python's
sys.stderr are not touched: the program's own log goes on in all threads.
"""

import ctypes
import os
import threading
from types import TracebackType
from typing import Self


class QuietStderr:
    """A context that may be entered by many threads at once; the last to leave restores C's `stderr`.

    Without effect where the C library has no such variable (Windows, macOS).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        library = ctypes.CDLL(None) if os.name == "posix" else None
        try:
            self._variable = None if library is None else ctypes.c_void_p.in_dll(library, "stderr")
        except ValueError:
            self._variable = None
        if library is None or self._variable is None:
            return
        self._usual = self._variable.value
        library.fopen.restype = ctypes.c_void_p
        self._nowhere = library.fopen(os.devnull.encode(), b"we")
        os.register_at_fork(after_in_child=self._restore)

    def __enter__(self) -> Self:
        with self._lock:
            self._inside += 1
            if self._inside == 1 and self._variable is not None:
                self._variable.value = self._nowhere
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._variable is not None:
                self._variable.value = self._usual

    def _restore(self) -> None:
        """In a forked child the threads that were inside are gone."""
        self._lock = threading.Lock()
        self._inside = 0
        if self._variable is not None:
            self._variable.value = self._usual
