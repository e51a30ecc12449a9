"""Programs of ours run as a user runs them: as processes, found by what they print."""

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
    """`lenet-server` on free ports. Attributes: `grpc_port`, `http_port`, and `events`, its log so far."""

    def __init__(self, *flags: str) -> None:
        self.events: list[dict[str, Any]] = []
        self._serving = threading.Event()
        self.process = subprocess.Popen(
            [BIN / "lenet-server", "--port=0", "--http-port=0", "--log-format=json", *flags],
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._serving.wait(TIMEOUT)
        ports = next((event for event in self.events if "grpc_port" in event), None)
        if not ports:
            self.stop(signal.SIGKILL)
            raise AssertionError(f"the server did not start: {self.events}")
        self.grpc_port: int = ports["grpc_port"]
        self.http_port: int = ports["http_port"]

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit status."""
        self.process.send_signal(with_signal)
        status = self.process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        return status

    def _read(self) -> None:
        assert self.process.stderr
        with self.process.stderr as lines:
            for line in lines:
                if not line.startswith("{"):  # grpcio's own core prints without asking
                    continue
                self.events.append(json.loads(line))
                if "grpc_port" in self.events[-1]:
                    self._serving.set()
        self._serving.set()


@contextmanager
def server_process(*flags: str) -> Iterator[ServerProcess]:
    """A server that is stopped at the end, whatever happens."""
    server = ServerProcess(*flags)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def run(command: str, *arguments: str | os.PathLike[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment to its end."""
    return subprocess.run(
        [BIN / command, *arguments], capture_output=True, text=True, timeout=TIMEOUT, check=False, **options
    )
