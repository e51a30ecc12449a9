"""Measures the images and the running stack: sizes over the base, time to ready, memory.

    python -m benchmarks.containers

Needs a Docker engine and Compose. Containers run under a project and on ports of their own, and nothing remains of them
but the images.
"""

import contextlib
import re
import time
import urllib.request

import yaml

from benchmarks.measurements import Finding, findings_table
from tests.conftest import ROOT
from tests.support.compose_stack import BUILD_TIMEOUT, Stack, address, docker, wait_until_healthy
from tests.support.composers import composers
from tests.support.waiting import wait_until

SIZE_BARS = {"server": 120, "client": 60, "trainer": None}  # MB over the base
READY_BAR = 60.0  # seconds
BENCH = ("bench", "--seconds=10")


def main() -> list[Finding]:
    """Build, measure and return what was found."""
    stack = Stack(composers()[0])
    stack("build", timeout=BUILD_TIMEOUT)
    findings = sizes()
    try:
        findings += seconds(stack)
        findings += memory(stack)
    finally:
        stack.down()
    return findings


def sizes() -> list[Finding]:
    """How much each image adds to the one that all are built on."""
    images = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    (base,) = re.findall(r"^FROM (\S+:\S+) AS base$", (ROOT / "Dockerfile").read_text(), re.M)
    findings = [Finding(f"base image, {base}", f"{megabytes(base):.0f} MB")]
    for name, bar in SIZE_BARS.items():
        over = megabytes(images[name]["image"]) - megabytes(base)
        told = f"≤ {bar}" if bar else ""
        findings.append(Finding(f"{name}'s image over its base", f"{over:.0f} MB", told, over <= bar if bar else None))
    return findings


def megabytes(image: str) -> float:
    """The size of an image, all layers together, unpacked."""
    return int(docker("image", "inspect", "--format={{.Size}}", image)) / 1e6


def seconds(stack: Stack) -> list[Finding]:
    """From `up` to ready, as seen over the published port, and to what Docker calls healthy."""
    started = time.monotonic()
    stack("up", "--detach", "server")
    container = stack.container("server")
    wait_until(lambda: ready(address(container, 8080)), READY_BAR)
    to_ready = time.monotonic() - started
    wait_until_healthy(container)
    healthy = time.monotonic() - started
    return [
        Finding("up to ready", f"{to_ready:.1f} s", f"< {READY_BAR:.0f} s", to_ready < READY_BAR),
        Finding(
            "up to healthy, by a check every ten seconds",
            f"{healthy:.1f} s",
            f"< {READY_BAR:.0f} s",
            healthy < READY_BAR,
        ),
    ]


def ready(server: str) -> bool:
    """Whether the server says so over HTTP."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{server}/readyz", timeout=5):
        return True
    return False


def memory(stack: Stack) -> list[Finding]:
    """What the server's container holds, idle and after a load."""
    container = stack.container("server")
    idle = used(container)
    assert stack.client(*BENCH).returncode == 0
    return [
        Finding("memory of the server's container, two workers, idle", idle),
        Finding(f"after `lenet {' '.join(BENCH)}`", used(container)),
    ]


def used(container: str) -> str:
    """Memory in Docker's words."""
    return docker("stats", "--no-stream", "--format={{.MemUsage}}", container).split(" / ")[0]


if __name__ == "__main__":
    print(findings_table(main()))
