"""The server's container is stopped, or its program dies: nothing is lost, and it comes back by itself."""

import os
import signal

import numpy as np
from grpc import StatusCode
from numpy.typing import NDArray

from tests.support.callers import CALLERS, Load
from tests.support.compose_stack import address, docker, inspect, log, wait_until_healthy
from tests.support.waiting import wait_until

BACK_SECONDS = 30


def test_docker_stop_under_load_loses_nothing(server: str, digits: NDArray[np.uint8]) -> None:
    callers = Load(address(server, 50051), digits)
    callers.start()
    docker("stop", server)
    callers.join()
    assert inspect(server)["State"]["ExitCode"] == 0
    assert callers.outcomes.pop(StatusCode.UNAVAILABLE) == CALLERS
    assert set(callers.outcomes) == {StatusCode.OK}
    assert log(server)[-1]["requests"]["OK"] == callers.outcomes[StatusCode.OK]


def test_a_program_that_dies_is_started_again(server: str, digits: NDArray[np.uint8]) -> None:
    """As the kernel kills it for its memory. `docker kill` would be Docker's word for stopping it by hand."""
    os.kill(inspect(server)["State"]["Pid"], signal.SIGKILL)
    wait_until(lambda: inspect(server)["RestartCount"] == 1, BACK_SECONDS)
    wait_until_healthy(server)
    callers = Load(address(server, 50051), digits)
    callers.start()
    callers.stop()
    assert set(callers.outcomes) == {StatusCode.OK}
