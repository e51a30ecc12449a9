"""Memory and CPU time of a worker process."""

import os
import resource
import sys
import time
from pathlib import Path

from lenet_server.metrics import definitions
from lenet_server.metrics.shared_memory import CountTable


class ProcessMetrics:
    """Writes them to the process's table, where CPU time continues from that of earlier processes."""

    def __init__(self, table: CountTable, number: int) -> None:
        self._memory = table.row(definitions.WORKER_MEMORY.name, str(number))
        self._cpu = table.row(definitions.WORKER_CPU.name, str(number))
        self._counted = 0.0  # seconds of CPU time

    def sample(self) -> None:
        """Write the current values."""
        seconds = time.process_time()
        self._cpu[0] += seconds - self._counted
        self._counted = seconds
        self._memory[0] = _resident_bytes()


def _resident_bytes() -> int:
    """Return the resident memory in bytes; where the system does not report it, its maximum so far."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
