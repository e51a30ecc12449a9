"""How many pictures there will be, counted beside the work for the remaining time."""

import os
import threading
from collections.abc import Iterable, Iterator

from lenet_client.cli.inputs.archives import is_archive
from lenet_client.cli.inputs.folders import is_folder, walk
from lenet_client.cli.inputs.patterns import expand, is_pattern
from lenet_client.cli.inputs.pictures import STANDARD_INPUT


class Total:
    """Counts in a thread of its own, which ends at stop() at the latest.

    Attributes: `pictures`, or None as long as it is not known: what a list or an archive holds is never known before.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = list(paths)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._count, name="total")
        self.pictures: int | None = None

    def start(self) -> None:
        """Begin to count, once."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """End the counting."""
        self._end.set()
        self.wait()

    def wait(self) -> None:
        """Wait until all is counted, if that has begun."""
        if self._thread.ident is not None:
            self._thread.join()

    def _count(self) -> None:
        if STANDARD_INPUT in self._paths:
            return
        pictures = 0
        for file in self._files():
            if self._end.is_set() or (is_archive(file) and os.path.isfile(file)):  # noqa: PTH113
                return
            pictures += 1
        self.pictures = pictures

    def _files(self) -> Iterator[str]:
        for path in self._paths:
            if is_pattern(path):
                yield from expand(path)
            elif is_folder(path):
                yield from walk(path)
            else:
                yield path
