"""The calls that wait for a model: the most urgent first, and among equals the one that came first."""

from collections import deque
from collections.abc import Callable

from lenet_server.job import Job


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

    def first(self) -> Job | None:
        """The call whose turn it is."""
        for level in self._levels.values():
            if level:
                return level[0]
        return None

    def pop(self) -> Job:
        """Take the call whose turn it is. Raises IndexError where none waits."""
        for level in self._levels.values():
            if level:
                self._length -= 1
                return level.popleft()
        raise IndexError("no call waits")

    def images(self) -> int:
        """The number of images that wait."""
        return sum(job.remaining for level in self._levels.values() for job in level)

    def oldest(self) -> float:
        """When the call that has waited longest was queued, in the seconds of time.monotonic()."""
        return min(level[0].queued_at for level in self._levels.values() if level)

    def discard(self, unwanted: Callable[[Job], bool]) -> None:
        """Take out all calls of which this is true."""
        for priority, level in self._levels.items():
            self._levels[priority] = deque(job for job in level if not unwanted(job))
        self._length = sum(map(len, self._levels.values()))
