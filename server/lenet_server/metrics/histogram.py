"""A histogram in a row of counts: the number of values in each bucket, and their sum."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from lenet_server.metrics.definitions import Family
from lenet_server.metrics.shared_memory import CountTable

# From this number of values on, NumPy is faster than a loop.
MANY = 32


class Histogram:
    """Writes to one row: a count for each bucket, one for values above the last, and the sum. Takes no lock."""

    def __init__(self, table: CountTable, family: Family, *labels: str) -> None:
        self._bounds = family.bounds
        self._row = table.row(family.name, *labels, width=len(family.bounds) + 2)
        self._counts = np.asarray(self._row)[:-1]
        self._bounds_array = np.array(family.bounds)

    def observe(self, value: float) -> None:
        """Count one value; a value equal to a bucket's bound is in that bucket."""
        row = self._row
        row[bisect_left(self._bounds, value)] += 1.0
        row[-1] += value

    def observe_all(self, values: Sequence[float]) -> None:
        """Count several values."""
        row, bounds = self._row, self._bounds
        if len(values) < MANY:
            for value in values:
                row[bisect_left(bounds, value)] += 1.0
        else:
            self._counts += np.bincount(np.searchsorted(self._bounds_array, values), minlength=len(self._counts))
        row[-1] += sum(values)
