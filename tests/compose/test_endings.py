"""`docker stop` loses no call, and a server whose process dies is restarted."""

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


def test_a_server_whose_process_dies_is_restarted(server: str, digits: NDArray[np.uint8]) -> None:
    """Kill it as the kernel does for its memory. Docker does not restart a container after `docker kill`."""
    os.kill(inspect(server)["State"]["Pid"], signal.SIGKILL)
    wait_until(lambda: inspect(server)["RestartCount"] == 1, BACK_SECONDS)
    wait_until_healthy(server)
    callers = Load(address(server, 50051), digits)
    callers.start()
    callers.stop()
    assert set(callers.outcomes) == {StatusCode.OK}
