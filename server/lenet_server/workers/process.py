"""Starts worker processes, and reports how they exited."""

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import replace
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from lenet_server.cores import own_cores, usable_cores
from lenet_server.metrics.shared_memory import SharedCounts
from lenet_server.settings import Settings

PRELOADED_MODULE = "lenet_server.workers.worker"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 writable in a container with a read-only file system

EXITED = "exited with status 0"


class WorkerProcess:
    """A started process. Attributes: `connection`, to the process, and `pid`."""

    def __init__(self, process: BaseProcess, connection: "Connection[Any, Any]", lock: threading.Lock) -> None:
        self.connection = connection
        self.pid = process.pid or 0
        self._process = process
        self._lock = lock

    def wait_or_kill(self, timeout_seconds: float) -> str:
        """Wait for the process to exit; kill it after the timeout.

        Returns how it ended, as text for the log: EXITED for status 0.
        """
        status = self._wait(timeout_seconds)
        if status is None:
            self._process.kill()
            status = self._wait(timeout_seconds)
        match status:
            case 0:
                return EXITED
            case None:
                return f"(process {self.pid}) could not be killed"
            case _ if status < 0:
                return f"(process {self.pid}) was terminated by {signal.Signals(-status).name}"
            case _:
                return f"(process {self.pid}) exited with status {status}"

    def _wait(self, timeout_seconds: float) -> int | None:
        """Return the exit status, negative for a signal; None if the process runs on after the timeout."""
        connection.wait([self._process.sentinel], timeout_seconds)
        with self._lock:
            self._process.join(0)
            return self._process.exitcode


class WorkerStarter:
    """Starts worker processes, numbered from 0. Attributes: `cores`, the core of each worker, or None if not pinned."""

    def __init__(self, settings: Settings, counts: SharedCounts, workers: int) -> None:
        """`settings` name the port that the workers share."""
        self.cores = own_cores(workers) if settings.pin_workers == "yes" else [None] * workers
        self._settings = replace(
            settings, inference_threads=settings.inference_threads or max(1, usable_cores() // workers)
        )
        self._counts = counts
        _ensure_temporary_folder()
        # A worker forked from a process with all modules loaded starts at once; as that process has one thread, the
        # fork copies no lock that another thread holds. Elsewhere: multiprocessing's default.
        on_linux = sys.platform == "linux"
        self._context = multiprocessing.get_context("forkserver") if on_linux else multiprocessing.get_context("spawn")
        self._context.set_forkserver_preload([PRELOADED_MODULE])
        if on_linux:  # starting it unblocks SIGTERM in its thread, and a fork server started next would die of one
            resource_tracker.ensure_running()
        self._folders = tempfile.TemporaryDirectory(prefix="lenet-")
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else NumPy starts threads, which the server never uses
        os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # else gRPC's core logs every failed TLS handshake
        # multiprocessing polls all child processes at each start, and is not thread-safe.
        self._lock = threading.Lock()

    def start(self, number: int) -> WorkerProcess:
        """Start worker `number` with an empty temporary folder. Raises OSError or EOFError."""
        folder = Path(self._folders.name, str(number))
        shutil.rmtree(folder, ignore_errors=True)  # a killed worker leaves its files behind
        folder.mkdir()
        ours, theirs = self._context.Pipe()
        with theirs, self._lock:
            process = self._context.Process(
                target=_run,
                args=(self._settings, self._counts, number, self.cores[number], str(folder), theirs),
                name=f"lenet worker {number}",
            )
            process.start()
        return WorkerProcess(process, ours, self._lock)

    def close(self) -> None:
        """Delete the temporary folders, once all workers have exited."""
        self._folders.cleanup()


def _run(
    settings: Settings,
    counts: SharedCounts,
    number: int,
    core: int | None,
    folder: str,
    connection: "Connection[Any, Any]",
) -> None:
    """Run a worker in a new process, pinned to its core before any thread starts."""
    # The supervisor stops the workers; a terminal's Ctrl-C reaches all processes.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    tempfile.tempdir = folder
    if core is not None:
        with suppress(OSError):  # the cores of a container may change while it runs
            os.sched_setaffinity(0, {core})
    from lenet_server.workers.worker import run_worker  # not in the supervisor, which needs no model and no gRPC

    run_worker(settings, counts, number, connection)


def _ensure_temporary_folder() -> None:
    """Use SHARED_MEMORY if no temporary folder is writable, here and in child processes: forkserver needs a socket."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = os.environ["TMPDIR"] = SHARED_MEMORY
