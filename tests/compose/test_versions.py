"""A new version goes into service, and out again, under load and without a restart."""

from pathlib import Path

import numpy as np
from grpc import StatusCode
from numpy.typing import NDArray

from tests.callers import load
from tests.compose.stack import Stack, address

TRAINING_SECONDS = 300
POLLED_SECONDS = 20.0
ENOUGH = 500  # answers of one version


def test_the_trainer_publishes_and_removing_rolls_back(
    stack: Stack, server: str, data_dir: Path | None, digits: NDArray[np.uint8]
) -> None:
    dataset = "mnist" if data_dir else "digits"
    with load(address(server, 50051), digits) as callers:
        assert set(callers.versions) == {1}
        training = ("train", f"--dataset={dataset}", "--max-steps=100", "--output=/models/lenet")
        stack("run", "--rm", "-T", "trainer", *training, timeout=TRAINING_SECONDS)
        callers.wait(lambda: callers.versions[2] >= ENOUGH, POLLED_SECONDS)
        stack("exec", "-T", "server", "python", "-c", "import shutil; shutil.rmtree('/models/lenet/2')")
        before = callers.versions[1]
        callers.wait(lambda: callers.versions[1] >= before + ENOUGH, POLLED_SECONDS)
    assert set(callers.outcomes) == {StatusCode.OK}
