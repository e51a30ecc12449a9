"""The number of cores that this process may use: CPU affinity and cgroup quota, not the machine's size."""

import math
import os
import random
from pathlib import Path


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the number of cores of the CPU affinity, or fewer if a cgroup quota allows less (v1 or v2).

    At least 1. A quota of 1.5 cores counts as 2: threads for a part of a core are worth having.
    """
    cores = len(_affinity())
    quota = _quota(cgroup)
    return max(1, min(cores, math.ceil(quota))) if quota else cores


def own_cores(workers: int) -> list[int | None]:
    """Return a core for each worker; None for each if there are fewer cores than workers, or a single worker.

    Where cores are left over they are drawn by lot: other servers of this machine choose as well.
    """
    cores = sorted(_affinity())
    if workers == 1 or len(cores) < workers or not hasattr(os, "sched_setaffinity"):
        return [None] * workers
    return list(random.sample(cores, workers))


def _affinity() -> set[int]:
    """Return the cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _quota(cgroup: Path) -> float | None:
    """Return the cgroup's CPU quota in cores, None without one."""
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
