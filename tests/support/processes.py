"""Runs the project's programs as processes, and reads what they print."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
TIMEOUT = 30.0


class ServerProcess:
    """`lenet-server` on free ports.

    Attributes: `grpc_port`, `http_port`; `events`, its log so far; `other_lines`, what else is on its standard error.
    """

    def __init__(self, *flags: str) -> None:
        self.events: list[dict[str, Any]] = []
        self.other_lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self.process = subprocess.Popen(
            [BIN / "lenet-server", "--port=0", "--http-port=0", "--log-format=json", *flags],
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",  # grpcio's own core prints what callers sent
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        serving = self.event("grpc_port")
        self.grpc_port: int = serving["grpc_port"]
        self.http_port: int = serving["http_port"]

    def event(self, what: str, number: int = 0) -> dict[str, Any]:
        """Return the event of that number, from 0, among those with this field or message; wait until it is logged."""

        def said() -> list[dict[str, Any]]:
            return [event for event in self.events if what in event or what == event["message"]]

        with self._changed:
            self._changed.wait_for(lambda: len(said()) > number or self._ended, TIMEOUT)
            if len(said()) > number:
                return said()[number]
        self.stop(signal.SIGKILL)
        raise AssertionError(f"the server did not say {what}: {self.events}")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit status."""
        self.process.send_signal(with_signal)
        status = self.process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        return status

    def memory(self) -> int:
        """Return the anonymous memory of the process and its descendants, in bytes."""
        return sum(status_of(each, "RssAnon") for each in process_tree(self.process.pid))

    def peak_memory(self) -> int:
        """Return the sum of the peak resident memory of the process and its descendants, in bytes."""
        return sum(status_of(each, "VmHWM") for each in process_tree(self.process.pid))

    def _read(self) -> None:
        assert self.process.stderr
        with self.process.stderr as lines:
            for line in lines:
                if not line.startswith("{"):  # from gRPC's core
                    self.other_lines.append(line)
                    continue
                with self._changed:
                    self.events.append(json.loads(line))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def process_tree(root: int) -> Iterator[int]:
    """Yield the ids of a process and of its descendants."""
    yield root
    for task in Path(f"/proc/{root}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from process_tree(int(child))


def status_of(process: int, name: str) -> int:
    """Return a size from /proc/PID/status, in bytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    kilobytes = dict(line.split(":", 1) for line in lines)[name]
    return int(kilobytes.split()[0]) * 1024


@contextmanager
def server_process(*flags: str) -> Iterator[ServerProcess]:
    """A running server, stopped at the end of the block."""
    server = ServerProcess(*flags)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def run(command: str, *arguments: str | os.PathLike[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment, and return when it has ended."""
    return subprocess.run(
        [BIN / command, *arguments], capture_output=True, text=True, timeout=TIMEOUT, check=False, **options
    )
