"""Count the usable cores, with CPU affinity and container quotas, and assign them to workers."""

import math
import os
import random
from pathlib import Path


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the size of the CPU affinity, limited by the cgroup quota (v2 `cpu.max`, v1 `cpu.cfs_quota_us`).

    At least 1. Fractional quotas are rounded up, so that a quota of 1.5 cores counts as 2.
    """
    cores = len(_affinity())
    quota = _quota(cgroup)
    return max(1, min(cores, math.ceil(quota))) if quota else cores


def own_cores(workers: int) -> list[int | None]:
    """Return a core for each worker, or None for each if there is one worker or there are too few cores.

    Spare cores are chosen at random, so that several servers on one machine spread over its cores.
    """
    cores = sorted(_affinity())
    if workers == 1 or len(cores) < workers or not hasattr(os, "sched_setaffinity"):
        return [None] * workers
    return list(random.sample(cores, workers))


def _affinity() -> set[int]:
    """Return the CPU affinity, or all cores on systems without affinity."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _quota(cgroup: Path) -> float | None:
    """Return the cgroup quota in cores, None for no quota."""
    version_2 = _words(cgroup / "cpu.max")
    if version_2:
        return None if version_2[0] == "max" else int(version_2[0]) / int(version_2[1])
    quota, period = _words(cgroup / "cpu/cpu.cfs_quota_us"), _words(cgroup / "cpu/cpu.cfs_period_us")
    if quota and period and int(quota[0]) > 0:
        return int(quota[0]) / int(period[0])
    return None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
