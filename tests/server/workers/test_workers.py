"""The server with several worker processes: they answer alike, and a dead worker is replaced."""

import os
import shutil
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client.parser import text_string_to_metric_families

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from tests.conftest import ROOT
from tests.support.processes import ServerProcess, process_tree, run, server_process
from tests.support.server.oip_requests import raw
from tests.support.server.worker_processes import pids, wait_for_exit

Response = TypeVar("Response")
TIMEOUT = 20.0
# Enough that each of two workers gets some: the probability that one gets none is 2^−31.
CONNECTIONS = 32

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux: workers share a port there")


def from_many_connections(
    server: ServerProcess, call: Callable[[rpc.GRPCInferenceServiceStub], Response]
) -> list[Response]:
    responses = []
    for _ in range(CONNECTIONS):
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", [("grpc.use_local_subchannel_pool", 1)]) as channel:
            responses.append(call(rpc.GRPCInferenceServiceStub(channel)))
    return responses


def classify_on_many_connections(server: ServerProcess, images: NDArray[np.uint8]) -> None:
    from_many_connections(server, lambda stub: stub.ModelInfer(raw(images), timeout=TIMEOUT, wait_for_ready=True))


def metrics(server: ServerProcess) -> dict[tuple[str, str], float]:
    """The metrics, by name and worker; the worker is empty for a metric without that label."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}/metrics", timeout=TIMEOUT) as response:
        families = text_string_to_metric_families(response.read().decode())
        return {
            (sample.name, sample.labels.get("worker", "")): sample.value
            for family in families
            for sample in family.samples
        }


def test_both_workers_answer_calls_each_pinned_to_its_own_core(digits: NDArray[np.uint8]) -> None:
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=2") as server:
        before = metrics(server)
        classify_on_many_connections(server, digits)
        after = metrics(server)
        assert after["lenet_images_total", ""] == 64 * CONNECTIONS
        for worker in ("0", "1"):
            assert after["lenet_worker_cpu_seconds_total", worker] > before["lenet_worker_cpu_seconds_total", worker]
            assert after["lenet_worker_memory_bytes", worker] > 2**20
        cores = [os.sched_getaffinity(pid) for pid in pids(server)]
        if len(os.sched_getaffinity(0)) >= 2:
            assert [len(each) for each in cores] == [1, 1]
            assert cores[0] != cores[1]


def test_a_killed_worker_is_replaced_and_its_counters_are_kept(digits: NDArray[np.uint8]) -> None:
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=2") as server:
        classify_on_many_connections(server, digits[:2])
        before = metrics(server)
        assert before["lenet_images_total", ""] == 2 * CONNECTIONS
        os.kill(pids(server)[1], signal.SIGKILL)
        assert server.event("delay_seconds")["message"].startswith(
            f"worker 1 (process {pids(server)[1]}) was terminated by SIGKILL"
        )
        assert server.event("pid")["worker"] == 1
        after = metrics(server)
        assert after["lenet_images_total", ""] == 2 * CONNECTIONS
        assert after["lenet_worker_restarts_total", "1"] == 1
        assert after["lenet_worker_restarts_total", "0"] == 0
        assert after["lenet_worker_cpu_seconds_total", "1"] >= before["lenet_worker_cpu_seconds_total", "1"]
        assert after["lenet_model_ready", ""] == 1
        classify_on_many_connections(server, digits[:2])
        assert metrics(server)["lenet_images_total", ""] == 4 * CONNECTIONS
        statistics = from_many_connections(
            server, lambda stub: stub.ModelStatistics(pb.ModelStatisticsRequest(), timeout=TIMEOUT)
        )
        assert {each.model_stats[0].inference_count for each in statistics} == {4 * CONNECTIONS}
        status = server.stop()
    assert status == 0
    assert server.events[-1]["requests"] == {"OK": 3 * CONNECTIONS}


def test_models_are_loaded_and_unloaded_in_all_workers_or_in_none(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "models/lenet", tmp_path / "lenet")
    (tmp_path / "broken/1").mkdir(parents=True)
    (tmp_path / "broken/1/model.onnx").write_bytes(b"no model")
    flags = (f"--model-repository={tmp_path}", "--workers=2", "--model-control=explicit")
    with server_process(*flags) as server, grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        control = rpc.GRPCInferenceServiceStub(channel)

        assert ready(server) == {False}
        assert readyz(server) == 503
        control.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="lenet"), timeout=TIMEOUT)
        assert ready(server) == {True}
        assert readyz(server) == 200
        with pytest.raises(grpc.RpcError) as refused:
            control.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="broken"), timeout=TIMEOUT)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        index = pb.RepositoryIndexRequest()
        for each in from_many_connections(server, lambda stub: stub.RepositoryIndex(index, timeout=TIMEOUT)):
            assert [(model.name, model.state) for model in each.models] == [
                ("broken", "UNAVAILABLE"),
                ("lenet", "READY"),
            ]
        os.kill(pids(server)[0], signal.SIGKILL)
        server.event("pid")
        assert ready(server) == {True}
    with server_process(*flags) as server, grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        control = rpc.GRPCInferenceServiceStub(channel)
        control.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="lenet"), timeout=TIMEOUT)
        control.RepositoryModelUnload(pb.RepositoryModelUnloadRequest(model_name="lenet"), timeout=TIMEOUT)
        assert ready(server) == {False}


def ready(server: ServerProcess) -> set[bool]:
    """The workers' answers to ModelReady."""
    request = pb.ModelReadyRequest(name="lenet")
    responses = from_many_connections(
        server, lambda stub: stub.ModelReady(request, timeout=TIMEOUT, wait_for_ready=True)
    )
    return {each.ready for each in responses}


def readyz(server: ServerProcess) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}/readyz", timeout=TIMEOUT) as response:
            status: int = response.status
            return status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_restart_delay_doubles_and_dead_workers_leave_no_files_or_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=2") as server:
        files = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
        members = len(list(process_tree(server.process.pid)))
        pid = pids(server)[0]
        for death in range(4):
            os.kill(pid, signal.SIGKILL)
            assert server.event("delay_seconds", death)["delay_seconds"] == pytest.approx(0.1 * 2**death)
            pid = server.event("pid", death)["pid"]
        assert len(list(process_tree(server.process.pid))) == members
        assert len(list(Path(f"/proc/{server.process.pid}/fd").iterdir())) <= files
        (folder,) = tmp_path.glob("lenet-*")
        assert [len(list((folder / number).iterdir())) for number in "01"] == [1, 1]
    assert list(tmp_path.iterdir()) == []  # including the identifier that ONNX Runtime's telemetry stores


def test_workers_are_forked_from_a_process_with_one_thread() -> None:
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=2") as server:
        parents = {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in pids(server)}
        (parent,) = parents
        assert parent != server.process.pid
        assert len(list(Path(f"/proc/{parent}/task").iterdir())) == 1


def test_a_worker_that_hangs_is_replaced(digits: NDArray[np.uint8]) -> None:
    flags = (f"--model-repository={ROOT / 'models'}", "--workers=2", "--worker-timeout-seconds=1")
    with server_process(*flags) as server:
        os.kill(pids(server)[0], signal.SIGSTOP)
        assert server.event("pid")["worker"] == 0
        assert "worker 0 does not respond: killing it" in [event["message"] for event in server.events]
        wait_for_exit(pids(server)[0])
        classify_on_many_connections(server, digits[:1])


def test_a_server_without_a_running_worker_is_not_ready() -> None:
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=1") as server:
        pid = pids(server)[0]
        for death in range(4):  # then the restart delay is long enough for the checks below
            os.kill(pid, signal.SIGKILL)
            server.event("delay_seconds", death)
            if death < 3:
                pid = server.event("pid", death)["pid"]
        assert readyz(server) == 503
        assert metrics(server)["lenet_model_ready", ""] == 0
        server.event("pid", 3)
        assert readyz(server) == 200


def test_a_second_server_cannot_open_the_port_of_the_first() -> None:
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=1") as server:
        port = str(server.grpc_port)
        done = run("lenet-server", f"--model-repository={ROOT / 'models'}", "--http-port=0", "--port", port)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port} (--host, --port)" in done.stderr
