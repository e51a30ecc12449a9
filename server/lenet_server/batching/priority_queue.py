"""Jobs by urgency: the most urgent first, in order of arrival among equals."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from lenet_server.batching.job import Job


class BatchSlice(NamedTuple):
    """The part of a job that is in a batch: images start … stop − 1."""

    job: Job
    start: int
    stop: int


class PriorityQueue:
    """One deque of jobs for each priority. Not thread-safe."""

    def __init__(self) -> None:
        self._levels: dict[int, deque[Job]] = {}
        self._length = 0

    def __len__(self) -> int:
        """The number of jobs."""
        return self._length

    def append(self, job: Job) -> None:
        """Add a job behind all of the same priority."""
        level = self._levels.get(job.priority)
        if level is None:
            level = self._levels[job.priority] = deque()
            self._levels = dict(sorted(self._levels.items()))
        level.append(job)
        self._length += 1

    def take(self, max_images: int, drop: Callable[[Job], bool]) -> list[BatchSlice]:
        """Take at most `max_images` images; the rest of a larger job stays. Jobs for which `drop` is true go."""
        slices: list[BatchSlice] = []
        for level in self._levels.values():
            while level and max_images:
                job = level[0]
                if drop(job):
                    level.popleft()
                    self._length -= 1
                    continue
                start = job.taken
                job.taken = stop = min(job.size, start + max_images)
                max_images -= stop - start
                slices.append(BatchSlice(job, start, stop))
                if stop == job.size:
                    level.popleft()
                    self._length -= 1
        return slices

    def images(self) -> int:
        """The number of images that wait."""
        return sum(job.size - job.taken for level in self._levels.values() for job in level)

    def oldest(self) -> float:
        """When the job that has waited longest was queued, in the seconds of time.monotonic()."""
        return min(level[0].queued_at for level in self._levels.values() if level)

    def discard(self, drop: Callable[[Job], bool]) -> None:
        """Remove the jobs for which `drop` is true."""
        for priority, level in self._levels.items():
            self._levels[priority] = deque(job for job in level if not drop(job))
        self._length = sum(map(len, self._levels.values()))
