"""The services of docker-compose.yml in running containers, in a separate project with free ports."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import ROOT
from tests.support.waiting import wait_until

TIMEOUT = 120
HEALTHY_SECONDS = 60
BUILD_TIMEOUT = 900
# Port 0 gives each replica a free port.
PORTS = dict.fromkeys(("LENET_GRPC_PORT", "LENET_HTTP_PORT", "LENET_PROMETHEUS_PORT"), "0")

CLIENT = ("run", "--rm", "--no-deps", "-T", "client")


class Stack:
    """Runs `docker compose` on the project's own files, under a project name of the test.

    `overlays` are merged over docker-compose.yml; `settings` are environment variables that the files read.
    """

    def __init__(self, composer: list[str], overlays: tuple[str, ...] = (), **settings: str) -> None:
        files = ["docker-compose.yml", *overlays]
        profiles = ("--profile=train", "--profile=tools")
        self._command = [*composer, *profiles, *(f"--file={file}" for file in files)]
        self._environment = {**os.environ, **PORTS, "COMPOSE_PROJECT_NAME": f"lenet-test-{os.getpid()}", **settings}

    def __call__(self, *arguments: str, timeout: float = TIMEOUT) -> str:
        """Run a Compose command and return its output. Raises AssertionError if it fails."""
        done = self.attempt(*arguments, timeout=timeout)
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def attempt(self, *arguments: str, timeout: float = TIMEOUT) -> subprocess.CompletedProcess[str]:
        """Run a Compose command that may fail."""
        with self.started(*arguments) as process:
            output, errors = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Start a Compose command; kill it at the end of the block if it is still running."""
        command, pipe = [*self._command, *arguments], subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=pipe, stderr=pipe, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def containers(self, service: str) -> list[str]:
        """Return the running containers of a service."""
        return self("ps", "--quiet", service).split()

    def container(self, service: str) -> str:
        """Return the only container of a service."""
        (found,) = self.containers(service)
        return found

    def client(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `lenet` in a new container beside the running services."""
        return self.attempt(*CLIENT, *arguments)

    def down(self) -> None:
        """Remove containers, networks and volumes."""
        self("down", "--volumes", "--timeout=5")


def docker(*arguments: str, timeout: float = TIMEOUT) -> str:
    """Run a Docker command and return its output."""
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=True, timeout=timeout
    ).stdout.strip()


def inspect(container: str) -> dict[str, Any]:
    """Return a container's description by `docker inspect`."""
    (found,) = json.loads(docker("inspect", container))
    description: dict[str, Any] = found
    return description


def wait_until_healthy(container: str) -> None:
    """Wait until the container's health check succeeds."""
    wait_until(lambda: inspect(container)["State"]["Health"]["Status"] == "healthy", HEALTHY_SECONDS)


def address(container: str, port: int) -> str:
    """Return HOST:PORT at which this machine reaches a container's port."""
    return docker("port", container, f"{port}/tcp").splitlines()[0]


def log(container: str) -> list[dict[str, Any]]:
    """Return the events of the server's log."""
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=True, timeout=TIMEOUT)
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
