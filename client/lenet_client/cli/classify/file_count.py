"""Counts the files of a run in a background thread, for the remaining time."""

import os
import threading
from collections.abc import Iterable, Iterator

from lenet_client.cli.inputs.archives import is_archive
from lenet_client.cli.inputs.discovery import STANDARD_INPUT
from lenet_client.cli.inputs.folders import is_folder, walk
from lenet_client.cli.inputs.patterns import expand, is_pattern


class FileCount:
    """Counts in a thread of its own, from start() to stop().

    Attributes: `total`, None until all are counted. It stays None for lists and archives, which are read only once.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = list(paths)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._count, name="file-count")
        self.total: int | None = None

    def start(self) -> None:
        """Start counting; later calls have no effect."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """Stop counting, and wait for the thread."""
        self._stopped.set()
        self.wait()

    def wait(self) -> None:
        """Wait until counting has ended, if it was started."""
        if self._thread.ident is not None:
            self._thread.join()

    def _count(self) -> None:
        if STANDARD_INPUT in self._paths:
            return
        files = 0
        for file in self._files():
            if self._stopped.is_set() or (is_archive(file) and os.path.isfile(file)):  # noqa: PTH113
                return
            files += 1
        self.total = files

    def _files(self) -> Iterator[str]:
        for path in self._paths:
            if is_pattern(path):
                yield from expand(path)
            elif is_folder(path):
                yield from walk(path)
            else:
                yield path
