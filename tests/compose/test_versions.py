"""A new version goes into service and is rolled back under load, without a restart."""

import subprocess
from pathlib import Path

import numpy as np
from grpc import StatusCode
from numpy.typing import NDArray

from lenet_client import Client
from tests.support.callers import load
from tests.support.compose_stack import Stack, address
from tests.support.waiting import wait_until

CALLERS = 2  # few, to leave the trainer some of the cores
TRAINING_SECONDS = 300
POLLED_SECONDS = 20.0
REMOVE = "import shutil; shutil.rmtree('/models/lenet/2')"
ENOUGH = 500  # responses of one version


def test_the_trainer_publishes_a_version_and_its_removal_rolls_back(
    stack: Stack, server: str, digits: NDArray[np.uint8]
) -> None:
    with load(address(server, 50051), digits, CALLERS) as callers:
        assert set(callers.versions) == {1}
        training = ("train", "--dataset=digits", "--max-steps=100", "--output=/models/lenet")
        stack("run", "--rm", "-T", "trainer", *training, timeout=TRAINING_SECONDS)
        callers.wait(lambda: callers.versions[2] >= ENOUGH, POLLED_SECONDS)
        stack("exec", "-T", "server", "python", "-c", REMOVE)
        before = callers.versions[1]
        callers.wait(lambda: callers.versions[1] >= before + ENOUGH, POLLED_SECONDS)
    assert set(callers.outcomes) == {StatusCode.OK}


def test_a_backup_is_restored_and_removed_again(stack: Stack, server: str, tmp_path: Path) -> None:
    """Use the commands of docs/operations.md; version 1 is restored as version 2."""
    backup = tmp_path / "models.tar"
    with backup.open("wb") as file:
        subprocess.run(["docker", "exec", server, "tar", "-c", "-C", "/models", "."], stdout=file, check=True)
    unpack = "mkdir .2 && tar -x -C .2 --strip-components=3 ./lenet/1 && mv .2 2"
    with backup.open("rb") as file:
        into = ["docker", "exec", "--interactive", "--workdir=/models/lenet", server]
        subprocess.run([*into, "sh", "-c", unpack], stdin=file, check=True)
    with Client(address(server, 50051)) as client:
        wait_until(lambda: client.model().version == 2, POLLED_SECONDS)
        stack("exec", "-T", "server", "python", "-c", REMOVE)
        wait_until(lambda: client.model().version == 1, POLLED_SECONDS)
