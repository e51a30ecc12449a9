"""Signals to a server with several worker processes end all of them, by one drain or at once."""

import os
import signal

import pytest

from tests.conftest import ROOT
from tests.support.processes import ServerProcess, process_tree
from tests.support.server.worker_processes import pids, wait_for_exit

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux: workers share a port there")


def start(*flags: str) -> ServerProcess:
    return ServerProcess(f"--model-repository={ROOT / 'models'}", "--workers=2", *flags)


def test_all_processes_exit_when_the_supervisor_is_killed() -> None:
    server = start()
    members = list(process_tree(server.process.pid))
    assert set(pids(server)) < set(members)
    server.stop(signal.SIGKILL)
    for pid in members:
        wait_for_exit(pid)


def test_a_second_signal_ends_all_processes_at_once() -> None:
    server = start("--shutdown-delay-seconds=600")
    members = list(process_tree(server.process.pid))
    server.process.send_signal(signal.SIGTERM)
    server.event("draining")
    assert server.stop() == -signal.SIGTERM
    for pid in members:
        wait_for_exit(pid)


def test_a_signal_to_all_processes_as_by_ctrl_c_is_one_drain() -> None:
    server = start()
    for pid in list(process_tree(server.process.pid))[1:]:
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
    assert server.stop(signal.SIGINT) == 0
    assert server.events[-1]["requests"] == {}
    assert not [event for event in server.events if "delay_seconds" in event]
    assert not [event for event in server.events if event.get("level") == "error"]
