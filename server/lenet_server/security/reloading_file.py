"""What is read from files, and read again when they change: certificates and tokens are renewed while a server runs."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from lenet_server.errors import SettingsRefused

Value = TypeVar("Value")
# Where, how large and when written: what a change of the content, the permissions or the target of a link changes.
Stamp = tuple[int, int, int, int]

log = logging.getLogger(__name__)


class ReloadingFile(Generic[Value]):
    """A value and the files that it comes from.

    Attributes: `value`, as it was last read without an error.
    """

    def __init__(self, files: Sequence[Path], read: Callable[[], Value]) -> None:
        """Read the value; raises SettingsRefused, as `read` does, where that is not possible."""
        self._files = files
        self._read = read
        self._lock = threading.Lock()
        self._stamps = self._look()
        self.value = read()

    def renew(self) -> bool:
        """Read the value again if the files have changed since. True where it is new.

        Files that cannot be used are told to the log, once, and the value stays. Costs a look at each file's entry, and
        no more, while nothing changes: it may be called for each call or connection.
        """
        if self._look() == self._stamps:
            return False
        with self._lock:
            # Looked at before they are read: whatever is written meanwhile makes them differ the next time.
            stamps = self._look()
            if stamps == self._stamps:
                return False
            self._stamps = stamps
            try:
                self.value = self._read()
            except SettingsRefused as error:
                log.error("%s (what was read before stays in use)", error)
                return False
        log.info("read again: %s", ", ".join(map(str, self._files)))
        return True

    def _look(self) -> list[Stamp | None]:
        return [_stamp(file) for file in self._files]


def _stamp(file: Path) -> Stamp | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
