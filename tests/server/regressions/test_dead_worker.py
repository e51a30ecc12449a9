"""A dead worker is not reported healthy, and new connections are answered by the others."""

import os
import signal
import urllib.error
import urllib.request

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.server.regressions.conftest import MODELS
from tests.support.processes import ServerProcess, server_process
from tests.support.server.asking import RAW, Asker, Question
from tests.support.server.exposition import metrics, total
from tests.support.server.sending import TIMEOUT, send_all

DEATHS = 4  # in a row: after them the server waits before the next restart
CONNECTIONS = 24


def kill_again_and_again(server: ServerProcess, worker: int) -> None:
    """Kill a worker and its successors, until the server waits before the next restart."""
    pid = server.event("pids")["pids"][worker]
    for death in range(DEATHS):
        os.kill(pid, signal.SIGKILL)
        server.event("delay_seconds", death)
        if death + 1 < DEATHS:
            pid = server.event("pid", death)["pid"]


def http_status(server: ServerProcess, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}{path}", timeout=TIMEOUT) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def is_healthy(server: ServerProcess) -> bool:
    """The status by grpc.health.v1 over a new connection; None without a connection."""
    own = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", own) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]
        try:
            return bool(check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT).status == 1)
        except grpc.RpcError as error:
            return error.code() is not grpc.StatusCode.UNAVAILABLE


def ask_over_new_connections(server: ServerProcess, asker: Asker) -> None:
    for number in range(CONNECTIONS):
        own = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", own) as channel:
            send_all(channel, asker, [Question(str(number), RAW, "lenet", 1, (number,))])


def test_a_dead_worker_is_not_reported_healthy(transport: str, asker: Asker) -> None:
    """MLServer#1431, pytorch/serve#1815: without a living worker the server is not ready."""
    with server_process(MODELS, f"--transport={transport}", "--workers=1") as server:
        assert (is_healthy(server), http_status(server, "/readyz")) == (True, 200)
        kill_again_and_again(server, 0)
        assert (is_healthy(server), http_status(server, "/readyz")) == (False, 503)
        assert http_status(server, "/livez") == 200
        assert total(metrics(server.http_port), "lenet_model_ready") == 0
        server.event("pid", DEATHS - 1)
        assert (is_healthy(server), http_status(server, "/readyz")) == (True, 200)
        assert total(metrics(server.http_port), "lenet_worker_restarts_total") == DEATHS
        ask_over_new_connections(server, asker)


def test_the_others_answer_for_a_dead_worker(transport: str, asker: Asker) -> None:
    """As long as one lives, every new connection is answered, and the server is ready."""
    with server_process(MODELS, f"--transport={transport}", "--workers=2") as server:
        kill_again_and_again(server, 1)
        assert http_status(server, "/readyz") == 200
        ask_over_new_connections(server, asker)
        server.event("pid", DEATHS - 1)
        ask_over_new_connections(server, asker)
