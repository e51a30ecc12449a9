"""The program `lenet-server` as a process: start, messages, exit statuses."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from lenet_server.cores import own_cores, usable_cores
from lenet_server.logs import JsonFormatter, TextFormatter
from tests.conftest import ROOT
from tests.support.processes import run, server_process


def test_startup_logs_models_and_addresses() -> None:
    with server_process(f"--model-repository={ROOT / 'models'}") as server:
        messages = [event["message"] for event in server.events]
        assert server.stop() == 0
    assert "model lenet version 1: 10 labels, input (1, 28, 28)" in messages
    assert f"gRPC on 127.0.0.1:{server.grpc_port}" in messages[-1]


def test_startup_logs_settings_as_on_the_command_line() -> None:
    flags = (f"--model-repository={ROOT / 'models'}", "--model-control=explicit", "--load-models=lenet,leaves")
    with server_process(*flags) as server:
        settings = server.event("settings")["settings"]
    assert settings["load_models"] == "lenet,leaves"
    assert (settings["tls_key"], settings["max_batch_size"]) == ("", "64")


def test_an_empty_repository_exits_with_the_reason(tmp_path: Path) -> None:
    done = run("lenet-server", "--port=0", "--http-port=0", "--model-repository", tmp_path)
    assert done.returncode == 1
    settings, reason = done.stderr.splitlines()
    assert "settings: model_repository=" in settings
    assert "no model to serve below" in reason


def test_a_port_in_use_exits_with_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        models = f"--model-repository={ROOT / 'models'}"
        for flags in (["--port", port, "--http-port=0"], ["--http-port", port, "--port=0"]):
            done = run("lenet-server", models, *flags)
            assert done.returncode == 1
            assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
            assert "Traceback" not in done.stderr


STARTING = """
import sys, threading
from lenet_server.cli import signals_awaited

with signals_awaited():
    print("starting", flush=True)
    sys.stdin.readline()
    print("still starting", flush=True)
    threading.Event().wait(20)
"""


def test_a_second_signal_kills_a_slow_startup() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starting:
        assert starting.stdin
        assert starting.stdout
        assert starting.stdout.readline() == "starting\n"
        starting.send_signal(signal.SIGINT)
        starting.stdin.write("\n")
        starting.stdin.flush()
        assert starting.stdout.readline() == "still starting\n"
        starting.send_signal(signal.SIGTERM)
        assert starting.wait(10) == -signal.SIGTERM


def test_a_container_quota_counts_as_cores(tmp_path: Path) -> None:
    everything = usable_cores(tmp_path)
    assert everything >= 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert usable_cores(tmp_path) == everything
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert usable_cores(tmp_path) == 1


def test_a_quota_of_cgroup_version_1_counts_too(tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("-1\n")
    assert usable_cores(tmp_path) >= 1
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("100000\n")
    assert usable_cores(tmp_path) == 1


def test_several_workers_get_one_core_each_if_there_are_enough() -> None:
    cores = os.sched_getaffinity(0)
    assert own_cores(1) == [None]
    assert own_cores(len(cores) + 1) == [None] * (len(cores) + 1)
    if len(cores) > 1:
        assert set(own_cores(len(cores))) == cores


def test_worker_number_is_logged() -> None:
    record = logging.LogRecord("lenet", logging.INFO, __file__, 1, "serves", (), None)
    assert json.loads(JsonFormatter(worker=1).format(record))["worker"] == 1
    assert TextFormatter(worker=1).format(record).endswith("INFO    worker 1: serves")


def test_json_and_text_log_lines() -> None:
    record = logging.LogRecord("lenet", logging.INFO, __file__, 1, "serves %s", ("lenet",), None)
    record.fields = {"port": 1}
    event = json.loads(JsonFormatter().format(record))
    assert (event["level"], event["message"], event["port"]) == ("info", "serves lenet", 1)
    assert TextFormatter().format(record).endswith("INFO    serves lenet")
