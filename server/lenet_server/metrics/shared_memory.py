"""Counters in memory that processes share, so that what a process has counted outlives it.

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

# What is not used yet takes no memory. This holds some thousand model versions, or a thousand of as many labels.
NAMES_BYTES = 32 * 2**20
TABLE_BYTES = 2 * NAMES_BYTES
WORD = 8  # bytes: of a value, and before the names, of the number that says how many bytes of names there are

log = logging.getLogger(__name__)

Row: TypeAlias = "memoryview[float]"
Labels = tuple[str, ...]
Values = NDArray[np.float64]


class CountTable:
    """Rows by the name of a metric and the values of its labels. Written by one process, and read by any.

    Threads may share it; what they write to a row, they write under a lock of their own.
    """

    def __init__(self, memory: memoryview) -> None:
        """Use the table in `memory`: half for names, half for values. Zeros are an empty table."""
        half = len(memory) // 2
        self._names = memory[:half]
        self._names_end = memory[:WORD].cast("q")
        self._values = memory[half:].cast("d")
        self._rows: dict[str, dict[Labels, Row]] = {}
        self._learned = WORD  # bytes of names that are known here
        self._used = 0  # values
        self._is_full = False
        self._lock = threading.Lock()  # two that learn the same names would count their rows twice

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
            self._names_end[0] = end - WORD  # from now on it is there; a writer that dies before has changed nothing
            self._learn()
            return self._rows[metric][labels]

    def read(self, metric: str, *first: str) -> Iterator[tuple[Labels, Values]]:
        """The rows of a metric whose labels' values begin as given: those values, and what has been counted."""
        with self._lock:
            self._learn()
            rows = list(self._rows.get(metric, {}).items())
        for labels, row in rows:
            if labels[: len(first)] == first:
                yield labels, np.array(row)

    def zero(self, metric: str) -> None:
        """Set all rows of a metric to 0. For the process that writes, or when it is dead."""
        with self._lock:
            self._learn()
            rows = list(self._rows.get(metric, {}).values())
        for row in rows:
            row[:] = memoryview(array("d", bytes(row.nbytes)))

    def _learn(self) -> None:
        """Take note of the rows that were added since. Under the lock."""
        end = self._names_end[0] + WORD
        if end == self._learned:
            return
        for name in bytes(self._names[self._learned : end]).splitlines(keepends=True):
            try:
                width, metric, *labels = json.loads(name)
            except ValueError:
                return  # some processors tell of the end before they tell of the name: the next time it is there
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
    """Several tables in memory that is handed to other processes by passing this to them when they are started.

    Attributes: `tables`, one for each process that counts.
    """

    def __init__(self, tables: int) -> None:
        self._open(_memory_file(tables * TABLE_BYTES), tables)

    def __reduce__(self) -> tuple[Callable[..., "SharedCounts"], tuple[object, int]]:
        return _opened, (reduction.DupFd(self._file), len(self.tables))

    def totals(self, metric: str, *first: str) -> dict[Labels, Values]:
        """What all have counted together, by the values of the metric's labels; only those that begin as given."""
        return self._merged(np.add, metric, first)

    def highest(self, metric: str, *first: str) -> dict[Labels, Values]:
        """The highest that any has, likewise."""
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
        """The file descriptor, in the process that it was passed to."""


def _opened(file: _PassedFile, tables: int) -> SharedCounts:
    """The same tables, in another process."""
    counts = SharedCounts.__new__(SharedCounts)
    counts._open(file.detach(), tables)  # noqa: SLF001 a second constructor
    return counts


def _memory_file(size: int) -> int:
    """A file without a name, of zeros."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("lenet counts")
    else:
        with tempfile.TemporaryFile() as temporary:
            file = os.dup(temporary.fileno())
    os.ftruncate(file, size)
    return file
