"""A new stack becomes healthy, classifies the samples, is scraped by Prometheus, and is confined."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet_client import Client
from tests.support.compose_stack import Stack, address, docker, wait_until_healthy
from tests.support.dashboard import load, queries
from tests.support.server.prometheus import value

READY_SECONDS = 60
ENOUGH = 27  # of the 30 samples, as in `make demo`
DATA_SECONDS = 90  # rules over a minute have no data earlier


@pytest.fixture(scope="module")
def seconds_to_healthy(stack: Stack) -> float:
    """Start server and Prometheus, and return the seconds until the server is healthy."""
    started = time.monotonic()
    stack("up", "--detach", "server", "prometheus")
    wait_until_healthy(stack.container("server"))
    return time.monotonic() - started


@pytest.fixture(scope="module")
def server(stack: Stack, seconds_to_healthy: float) -> str:
    """Return the server's container."""
    assert seconds_to_healthy < READY_SECONDS
    return stack.container("server")


def test_the_stack_is_healthy_within_a_minute(seconds_to_healthy: float) -> None:
    assert seconds_to_healthy < READY_SECONDS


@pytest.mark.usefixtures("server")
def test_the_client_container_classifies_the_samples(stack: Stack) -> None:
    done = stack.client("classify", "/pictures", "--format=jsonl", "--quiet")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    right = sum(answer["label"] == Path(answer["path"]).name.partition("_")[0] for answer in answers)
    assert len(answers) == 30
    assert right >= ENOUGH


def test_prometheus_scrapes_the_server_and_has_data_for_every_query(
    stack: Stack, server: str, samples: dict[Path, str], digits: NDArray[np.uint8]
) -> None:
    prometheus = address(stack.container("prometheus"), 9090)
    with Client(address(server, 50051)) as client, load(client, list(samples), digits):
        assert value(prometheus, "up{job='lenet'}", DATA_SECONDS) == 1.0
        for _, query in queries():
            assert np.isfinite(value(prometheus, f"({query}) > -Inf", DATA_SECONDS)), query


def test_the_server_has_no_root_and_no_capabilities(server: str) -> None:
    status = dict(
        line.split(":\t", 1) for line in docker("exec", server, "cat", "/proc/1/status").splitlines() if ":\t" in line
    )
    assert set(status["Uid"].split()) == {"10001"}
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"


def test_the_server_can_write_only_to_its_volume_and_to_memory(server: str) -> None:
    attempt = (
        "for folder in / /etc /home /opt/lenet /run /var /dev/shm /models/lenet /tmp; "
        'do touch "$folder/attempt" 2>/dev/null && rm "$folder/attempt" && echo "wrote $folder"; done; true'
    )
    assert docker("exec", server, "sh", "-c", attempt) == "wrote /dev/shm\nwrote /models/lenet\nwrote /tmp"
