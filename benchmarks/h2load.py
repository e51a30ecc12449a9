"""Closed-loop load by h2load (nghttp2): a fixed number of requests in flight, a new one for each response."""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import call

WARM_UP_SECONDS = 1


@dataclass(frozen=True)
class Load:
    """Requests of `images` images; `connections` × `streams` of them in flight."""

    images: int
    connections: int
    streams: int

    def __str__(self) -> str:
        """Return the load in words."""
        plural = "" if self.images == 1 else "s"
        return f"{self.images} image{plural}, {self.connections * self.streams} in flight"


SATURATION = Load(images=1, connections=8, streams=8)


@dataclass(frozen=True)
class Result:
    """Responses a second; and for each request its start (Unix time) and its duration, in seconds."""

    rate: float
    started: NDArray[np.float64]
    seconds: NDArray[np.float64]


def program() -> str:
    """Return the path of h2load; exits with a hint if it is not installed."""
    return shutil.which("h2load") or sys.exit("h2load is missing: apt-get install nghttp2-client")


def put(load: Load, address: str, *, seconds: float = 0, requests: int = 0, model: str = "lenet") -> Result:
    """Load the server at HOST:PORT for `seconds` (after a second of warm-up), or with a number of requests.

    Exits if a request fails or its response has no data.
    """
    amount = (
        ["-D", f"{seconds * 1000:.0f}ms", f"--warm-up-time={WARM_UP_SECONDS}"] if seconds else ["-n", str(requests)]
    )
    with tempfile.TemporaryDirectory() as folder:
        body, log = Path(folder, "body"), Path(folder, "log")
        body.write_bytes(call.framed(call.request(load.images, model)))
        shape = ["-c", str(load.connections), "-m", str(load.streams), "-d", str(body), f"--log-file={log}"]
        headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
        done = subprocess.run(
            [program(), *amount, *shape, *headers, f"http://{address}{call.PATH}"],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + requests / 100 + 60,
        )
        times = np.loadtxt(log, np.int64, ndmin=2)  # microseconds: start; status; duration
    return Result(_rate(done.stdout, address), times[:, 0] / 1e6, times[:, 2] / 1e6)


def _rate(output: str, address: str) -> float:
    rate = re.search(r"finished in .*?, ([\d.]+) req/s", output)
    counts = re.search(r"(\d+) succeeded, (\d+) failed", output)
    received = re.search(r"headers .*?, [^(]*\((\d+)\) data", output)
    if not rate or not counts or not received:
        sys.exit(f"{address}: cannot parse the output of h2load:\n{output}")
    succeeded, failed = int(counts[1]), int(counts[2])
    # A gRPC error is HTTP's 200 as well, but has no data.
    if failed or not succeeded or int(received[1]) < 10 * succeeded:
        sys.exit(f"{address}: {succeeded} succeeded, {failed} failed, {received[1]} bytes: not a working server")
    return float(rate[1])
