"""How many cores this process may really use: a container's quota counts, not the machine's size."""

import math
import os
from pathlib import Path


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """The cores of the CPU affinity, or fewer where a cgroup quota (v2 `cpu.max`, v1 `cpu.cfs_quota_us`) allows less.

    At least 1. A quota of 1.5 cores counts as 2: threads for a part of a core are worth having.
    """
    cores = len(os.sched_getaffinity(0))
    quota = _quota(cgroup)
    return max(1, min(cores, math.ceil(quota))) if quota else cores


def _quota(cgroup: Path) -> float | None:
    """The quota in cores, None where there is none."""
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
