"""Reloads a value when its files change, so that certificates and tokens can be renewed without a restart."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from lenet_server.errors import SettingsRefused

Value = TypeVar("Value")
# Inode, size in bytes, and mtime and ctime in nanoseconds: one of them differs after a change of the file's content or
# permissions, or of a symbolic link's target.
Stamp = tuple[int, int, int, int]

log = logging.getLogger(__name__)


class ReloadingFile(Generic[Value]):
    """A value read from one or several files.

    Attributes: `value`, the result of the last successful read.
    """

    def __init__(self, files: Sequence[Path], read: Callable[[], Value]) -> None:
        """Read the value. Raises SettingsRefused if `read` does."""
        self._files = files
        self._read = read
        self._lock = threading.Lock()
        self._stamps = self._current_stamps()
        self.value = read()

    def reload_if_changed(self) -> bool:
        """Read the value again if a file has changed. Returns True if `value` is new.

        If the changed files cannot be used, logs one error and keeps the previous value. Safe to call from several
        threads. Costs one stat() per file while nothing changes, so it may be called for each call or connection.
        """
        if self._current_stamps() == self._stamps:
            return False
        with self._lock:
            # Taken before the files are read: a write during the read changes the stamps, and causes another reload.
            stamps = self._current_stamps()
            if stamps == self._stamps:
                return False
            self._stamps = stamps
            try:
                self.value = self._read()
            except SettingsRefused as error:
                log.error("%s (the previous content stays in use)", error)
                return False
        log.info("reloaded: %s", ", ".join(map(str, self._files)))
        return True

    def _current_stamps(self) -> list[Stamp | None]:
        return [_stamp(file) for file in self._files]


def _stamp(file: Path) -> Stamp | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
