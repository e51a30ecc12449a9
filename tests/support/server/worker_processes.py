"""The worker processes of a running server (Linux)."""

import os
import select

from tests.support.processes import ServerProcess

TIMEOUT = 20.0


def pids(server: ServerProcess) -> list[int]:
    """Return the process ids of the workers that the server started with, by number."""
    found: list[int] = server.event("pids")["pids"]
    return found


def wait_for_exit(pid: int) -> None:
    """Wait until a process that is not a child has exited. Fails after TIMEOUT seconds."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([process], [], [], TIMEOUT)[0], f"process {pid} is still running"
    finally:
        os.close(process)
