"""Counters in shared memory, which outlive the process that wrote them.

Each process writes to a table of its own, and any process reads all of them. A table is a list of named rows of float64
which only grows: a process that takes over the table of one that died finds its rows there and goes on counting.
"""

import json
import logging
import mmap
import os
import tempfile
import threading
import weakref
from array import array
from collections.abc import Callable, Iterator
from multiprocessing import reduction
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Unused pages take no memory. A table holds over a thousand model versions with a thousand labels each.
NAMES_BYTES = 32 * 2**20
TABLE_BYTES = 2 * NAMES_BYTES
WORD = 8  # bytes of a value, and of the length that precedes the names

log = logging.getLogger(__name__)

Row: TypeAlias = "memoryview[float]"
Labels = tuple[str, ...]
Values = NDArray[np.float64]


class CountTable:
    """Rows by metric name and label values. One process writes; any process reads.

    Threads may share it; what they write to a row, they write under a lock of their own.
    """

    def __init__(self, memory: memoryview) -> None:
        """Use the table in `memory`: half for names, half for values. Zeros are an empty table."""
        half = len(memory) // 2
        self._names = memory[:half]
        self._names_end = memory[:WORD].cast("q")
        self._values = memory[half:].cast("d")
        self._rows: dict[str, dict[Labels, Row]] = {}
        self._learned = WORD  # bytes of names read so far
        self._used = 0  # values
        self._is_full = False
        self._lock = threading.Lock()  # else two threads could add the same names twice

    def row(self, metric: str, *labels: str, width: int = 1) -> Row:
        """Return the row of that name, `width` values, adding it if it is new. For the process that writes."""
        with self._lock:
            self._learn()
            found = self._rows.get(metric, {}).get(labels)
            if found is not None:
                return found
            name = json.dumps([width, metric, *labels]).encode() + b"\n"
            end = self._learned + len(name)
            if end > len(self._names) or self._used + width > len(self._values):
                return self._uncounted(metric, width)
            self._names[self._learned : end] = name
            self._names_end[0] = end - WORD  # publishes the row; a writer that dies earlier has changed nothing
            self._learn()
            return self._rows[metric][labels]

    def read(self, metric: str, *first: str) -> Iterator[tuple[Labels, Values]]:
        """Return the rows of a metric whose label values begin as given, with those values."""
        with self._lock:
            self._learn()
            rows = list(self._rows.get(metric, {}).items())
        for labels, row in rows:
            if labels[: len(first)] == first:
                yield labels, np.array(row)

    def zero(self, metric: str) -> None:
        """Set all rows of a metric to 0. For the process that writes, or after its end."""
        with self._lock:
            self._learn()
            rows = list(self._rows.get(metric, {}).values())
        for row in rows:
            row[:] = memoryview(array("d", bytes(row.nbytes)))

    def _learn(self) -> None:
        """Read the names of rows added since the last call. Call with the lock held."""
        end = self._names_end[0] + WORD
        if end == self._learned:
            return
        for name in bytes(self._names[self._learned : end]).splitlines(keepends=True):
            try:
                width, metric, *labels = json.loads(name)
            except ValueError:
                return  # weakly ordered processors may show the new end before the name: it is there next time
            self._rows.setdefault(metric, {})[tuple(labels)] = self._values[self._used : self._used + width]
            self._used += width
            self._learned += len(name)

    def _uncounted(self, metric: str, width: int) -> Row:
        """Return a row outside the table, which is never read."""
        if not self._is_full:
            self._is_full = True
            log.error("the memory for metrics is full: %s, and others, cannot be counted until a restart", metric)
        return memoryview(array("d", bytes(width * WORD)))


class SharedCounts:
    """Several tables. Pass this object to a process at its start to share them.

    Attributes: `tables`, one for each process that counts.
    """

    def __init__(self, tables: int) -> None:
        self._open(_memory_file(tables * TABLE_BYTES), tables)

    def __reduce__(self) -> tuple[Callable[..., "SharedCounts"], tuple[object, int]]:
        return _opened, (reduction.DupFd(self._file), len(self.tables))

    def totals(self, metric: str, *first: str) -> dict[Labels, Values]:
        """Return the sums over all tables by label values; only values that begin as given."""
        return self._merged(np.add, metric, first)

    def highest(self, metric: str, *first: str) -> dict[Labels, Values]:
        """Return the maxima over all tables by label values; only values that begin as given."""
        return self._merged(np.maximum, metric, first)

    def _merged(self, merge: Callable[[Values, Values], Values], metric: str, first: Labels) -> dict[Labels, Values]:
        merged: dict[Labels, Values] = {}
        for table in self.tables:
            for labels, values in table.read(metric, *first):
                merged[labels] = merge(merged[labels], values) if labels in merged else values
        return merged

    def _open(self, file: int, tables: int) -> None:
        memory = memoryview(mmap.mmap(file, tables * TABLE_BYTES))
        self._file = file
        self.tables = [CountTable(memory[start : start + TABLE_BYTES]) for start in range(0, len(memory), TABLE_BYTES)]
        weakref.finalize(self, os.close, file)


class _PassedFile(Protocol):
    def detach(self) -> int:
        """Return the file descriptor, in the process that it was passed to."""


def _opened(file: _PassedFile, tables: int) -> SharedCounts:
    """Return the same tables, in another process."""
    counts = SharedCounts.__new__(SharedCounts)
    counts._open(file.detach(), tables)  # noqa: SLF001 a second constructor
    return counts


def _memory_file(size: int) -> int:
    """Return an anonymous file of zeros."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("lenet counts")
    else:
        with tempfile.TemporaryFile() as temporary:
            file = os.dup(temporary.fileno())
    os.ftruncate(file, size)
    return file
