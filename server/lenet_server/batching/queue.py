"""The calls that wait for a model: the most urgent first, and among equals the one that came first."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lenet_server.batching.job import Job
from lenet_server.batching.progress import Run


class Share(NamedTuple):
    """What a batch takes of a call: images start … stop − 1."""

    job: Job
    start: int
    stop: int


class JobQueue:
    """A queue for each priority. Not thread-safe: the batcher holds its lock."""

    def __init__(self) -> None:
        self._levels: dict[int, deque[Job]] = {}
        self._length = 0

    def __len__(self) -> int:
        """The number of calls that wait."""
        return self._length

    def append(self, job: Job) -> None:
        """Let a call wait behind all that are as urgent."""
        level = self._levels.get(job.priority)
        if level is None:
            level = self._levels[job.priority] = deque()
            self._levels = dict(sorted(self._levels.items()))
        level.append(job)
        self._length += 1

    def take(self, images: int, unwanted: Callable[[Job], bool]) -> list[Share]:
        """Take at most so many images; a call that has more stays, with the rest. What is unwanted is taken out."""
        shares: list[Share] = []
        for level in self._levels.values():
            while level and images:
                job = level[0]
                if unwanted(job):
                    level.popleft()
                    self._length -= 1
                    continue
                start = job.taken
                job.taken = stop = min(job.size, start + images)
                images -= stop - start
                shares.append(Share(job, start, stop))
                if stop == job.size:
                    level.popleft()
                    self._length -= 1
        return shares

    def images(self) -> int:
        """The number of images that wait."""
        return sum(job.size - job.taken for level in self._levels.values() for job in level)

    def oldest(self) -> float:
        """When the call that has waited longest was queued, in the seconds of time.monotonic()."""
        return min(level[0].queued_at for level in self._levels.values() if level)

    def discard(self, unwanted: Callable[[Job], bool]) -> None:
        """Take out what is unwanted."""
        for priority, level in self._levels.items():
            self._levels[priority] = deque(job for job in level if not unwanted(job))
        self._length = sum(map(len, self._levels.values()))


def watch_run(shares: Sequence[Share], began: float, ended: float) -> None:
    """Note a run of the model with each call that was in it."""
    run = Run(began, ended, sum(stop - start for _, start, stop in shares), len(shares))
    for job, _, _ in shares:
        if job.progress:
            job.progress.runs.append(run)
            job.progress.queued_at = job.queued_at
