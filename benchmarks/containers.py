"""Measures the images and the running stack: sizes over the base, time to ready, memory.

    python -m benchmarks.containers

Needs a Docker engine and Compose. Containers run in a separate Compose project on free ports; only the images remain.
"""

import contextlib
import re
import time
import urllib.request

import yaml

from benchmarks.measurements import Measurement, measurements_table
from tests.conftest import ROOT
from tests.support.compose_stack import BUILD_TIMEOUT, Stack, address, docker, wait_until_healthy
from tests.support.composers import composers
from tests.support.waiting import wait_until

SIZE_BARS = {"server": 120, "client": 60, "trainer": None}  # MB over the base
READY_BAR = 60.0  # seconds
BENCH = ("bench", "--seconds=10")


def main() -> list[Measurement]:
    """Build, measure and return the figures."""
    stack = Stack(composers()[0])
    stack("build", timeout=BUILD_TIMEOUT)
    measurements = sizes()
    try:
        measurements += seconds(stack)
        measurements += memory(stack)
    finally:
        stack.down()
    return measurements


def sizes() -> list[Measurement]:
    """Return how much each image adds to its base."""
    images = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    (base,) = re.findall(r"^FROM (\S+:\S+) AS base$", (ROOT / "Dockerfile").read_text(), re.M)
    measurements = [Measurement(f"base image, {base}", f"{megabytes(base):.0f} MB")]
    for name, bar in SIZE_BARS.items():
        over = megabytes(images[name]["image"]) - megabytes(base)
        limit = f"≤ {bar}" if bar else ""
        measurements.append(
            Measurement(f"{name}'s image over its base", f"{over:.0f} MB", limit, over <= bar if bar else None)
        )
    return measurements


def megabytes(image: str) -> float:
    """Return the size of an image: all layers, unpacked."""
    return int(docker("image", "inspect", "--format={{.Size}}", image)) / 1e6


def seconds(stack: Stack) -> list[Measurement]:
    """Return the seconds from `up` to ready, seen at the published port, and to healthy, as Docker reports it."""
    started = time.monotonic()
    stack("up", "--detach", "server")
    container = stack.container("server")
    wait_until(lambda: ready(address(container, 8080)), READY_BAR)
    to_ready = time.monotonic() - started
    wait_until_healthy(container)
    healthy = time.monotonic() - started
    return [
        Measurement("up to ready", f"{to_ready:.1f} s", f"< {READY_BAR:.0f} s", to_ready < READY_BAR),
        Measurement(
            "up to healthy (checked every ten seconds)",
            f"{healthy:.1f} s",
            f"< {READY_BAR:.0f} s",
            healthy < READY_BAR,
        ),
    ]


def ready(server: str) -> bool:
    """Return whether /readyz answers with success."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{server}/readyz", timeout=5):
        return True
    return False


def memory(stack: Stack) -> list[Measurement]:
    """Return the memory of the server's container, idle and after a load."""
    container = stack.container("server")
    idle = used(container)
    assert stack.client(*BENCH).returncode == 0
    return [
        Measurement("memory of the server's container, two workers, idle", idle),
        Measurement(f"after `lenet {' '.join(BENCH)}`", used(container)),
    ]


def used(container: str) -> str:
    """Return the memory of a container as `docker stats` prints it."""
    return docker("stats", "--no-stream", "--format={{.MemUsage}}", container).split(" / ")[0]


if __name__ == "__main__":
    print(measurements_table(main()))
