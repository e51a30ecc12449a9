"""Worker processes: how they are started, and how they have ended."""

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import replace
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from lenet_server.cores import own_cores, usable_cores
from lenet_server.metrics.shared_memory import SharedCounts
from lenet_server.settings import Settings

PRELOADED = "lenet_server.workers.worker"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 writable where the rest of a container's file system is not

ENDED_WELL = "has ended as it was told to"


class WorkerProcess:
    """A process that was started. Attributes: `connection`, to it, and `pid`."""

    def __init__(self, process: BaseProcess, connection: "Connection[Any, Any]", lock: threading.Lock) -> None:
        self.connection = connection
        self.pid = process.pid or 0
        self._process = process
        self._lock = lock

    def end(self, seconds: float) -> str:
        """Wait so long for its end, then kill it. Returns in words how it has ended."""
        code = self._exit_code(seconds)
        if code is None:
            self._process.kill()
            code = self._exit_code(seconds)
        match code:
            case 0:
                return ENDED_WELL
            case None:
                return f"(process {self.pid}) cannot be killed"
            case _ if code < 0:
                return f"(process {self.pid}) was ended by {signal.Signals(-code).name}"
            case _:
                return f"(process {self.pid}) ended with status {code}"

    def _exit_code(self, seconds: float) -> int | None:
        connection.wait([self._process.sentinel], seconds)
        with self._lock:
            self._process.join(0)
            return self._process.exitcode


class WorkerStarter:
    """Starts worker processes. They are numbered from 0. Attributes: `cores`, one for each or None."""

    def __init__(self, settings: Settings, counts: SharedCounts, workers: int) -> None:
        """`settings` with the port that the workers share."""
        self.cores = own_cores(workers) if settings.pin_workers == "yes" else [None] * workers
        self._settings = replace(
            settings, inference_threads=settings.inference_threads or max(1, usable_cores() // workers)
        )
        self._counts = counts
        _find_temporary_folder()
        # Forked off a process that has all modules and one thread, a worker is there at once and has no lock that
        # another thread held.
        on_linux = sys.platform == "linux"
        self._context = multiprocessing.get_context("forkserver") if on_linux else multiprocessing.get_context("spawn")
        self._context.set_forkserver_preload([PRELOADED])
        self._folders = tempfile.TemporaryDirectory(prefix="lenet-")
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's, which nobody uses here; else it starts threads
        # Else gRPC's core writes lines of its own into the log, one for each stranger whose handshake fails.
        os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
        # multiprocessing looks after all processes at each start, and is not made for several threads.
        self._lock = threading.Lock()

    def start(self, number: int) -> WorkerProcess:
        """Start the worker of that number, with an empty folder for what it has to put somewhere."""
        folder = Path(self._folders.name, str(number))
        shutil.rmtree(folder, ignore_errors=True)  # one that was killed could not tidy up
        folder.mkdir()
        ours, theirs = self._context.Pipe()
        with theirs, self._lock:
            process = self._context.Process(
                target=_work,
                args=(self._settings, self._counts, number, self.cores[number], str(folder), theirs),
                name=f"lenet worker {number}",
            )
            process.start()
        return WorkerProcess(process, ours, self._lock)

    def close(self) -> None:
        """Tidy up, when the last worker has ended."""
        self._folders.cleanup()


def _work(
    settings: Settings,
    counts: SharedCounts,
    number: int,
    core: int | None,
    folder: str,
    connection: "Connection[Any, Any]",
) -> None:
    """What the process does. Before there is a thread, it goes to its core."""
    # The supervisor decides when a worker ends: the terminal's Ctrl-C reaches all processes.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    tempfile.tempdir = folder
    if core is not None:
        with suppress(OSError):  # not any more: a container's cores may change while it runs
            os.sched_setaffinity(0, {core})
    from lenet_server.workers.worker import work  # not in the supervisor, which needs no model and no gRPC

    work(settings, counts, number, connection)


def _find_temporary_folder() -> None:
    """Have a place for the socket over which processes are started, in this process and in those."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = os.environ["TMPDIR"] = SHARED_MEMORY
