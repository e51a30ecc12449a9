"""Two replicas behind one name share a client's calls equally, and the client survives the kill of one."""

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.compose_stack import CLIENT, Stack, address, docker, wait_until_healthy
from tests.support.waiting import wait_until

COPIES = 100  # of each sample
CALLS = 1000
ENOUGH = 0.9  # share of right labels, as in `make demo`


@pytest.fixture(scope="module")
def pictures(samples: dict[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 3,000 pictures, so that a run takes some seconds."""
    folder = tmp_path_factory.mktemp("pictures")
    for file in samples:
        for number in range(COPIES):
            shutil.copy(file, folder / f"{file.stem}-{number}{file.suffix}")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def stack(composer: list[str], pictures: Path) -> Iterator[Stack]:
    given = Stack(composer, LENET_PICTURES=str(pictures), LENET_WORKERS="1")
    try:
        given("up", "--detach", "--scale=server=2", "server")
        for replica in given.containers("server"):
            wait_until_healthy(replica)
        yield given
    finally:
        given.down()


def requests_answered(replica: str) -> int:
    """Return the number of Classify requests that a replica has answered."""
    with urllib.request.urlopen(f"http://{address(replica, 8080)}/metrics", timeout=10) as metrics:
        lines = metrics.read().decode().splitlines()
    counts = (line.split()[-1] for line in lines if line.startswith('lenet_requests_total{code="OK",method="Classify"'))
    return int(sum(map(float, counts)))


def test_replicas_get_equal_shares_of_a_clients_calls(stack: Stack) -> None:
    program = (
        "from lenet_client import Client\n"
        "with Client('dns:///server:50051') as client:\n"
        f"    for _ in range({CALLS}):\n"
        "        client.classify('/pictures/7_0-0.bmp')\n"
    )
    before = [requests_answered(replica) for replica in stack.containers("server")]
    run, service = CLIENT[:-1], CLIENT[-1]
    stack(*run, "--entrypoint=python", service, "-c", program)
    after = [requests_answered(replica) for replica in stack.containers("server")]
    first, second = (now - then for now, then in zip(after, before, strict=True))
    assert first + second == CALLS
    assert first == pytest.approx(second, rel=0.1)


def test_a_client_survives_the_kill_of_a_replica(stack: Stack, pictures: Path) -> None:
    killed, _ = stack.containers("server")
    at_first = requests_answered(killed)
    with stack.started(*CLIENT, "classify", "/pictures", "--server=dns:///server:50051", "--format=jsonl") as client:
        wait_until(lambda: requests_answered(killed) > at_first + 5)
        docker("kill", killed)
        assert client.poll() is None
        output, errors = client.communicate(timeout=60)
    assert client.returncode == 0, errors
    answers = [json.loads(line) for line in output.splitlines()]
    assert {Path(answer["path"]).name for answer in answers} == {file.name for file in pictures.iterdir()}
    right = sum(Path(answer["path"]).name.startswith(answer["label"]) for answer in answers)
    assert len(answers) == 30 * COPIES
    assert right >= ENOUGH * len(answers)
