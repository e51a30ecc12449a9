"""Injects faults into a server at fixed intervals: kills a worker, publishes a new version of a model."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import grpc

from benchmarks.process_tree import workers
from benchmarks.publishing import publish
from benchmarks.soak.callers import SERVICE_CONFIG
from benchmarks.soak.expected import Version
from benchmarks.soak.report import FaultLog
from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc

FAULT_TIMEOUT_SECONDS = 15.0  # for a new version to be served, or a killed worker to be replaced
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Server:
    """The server under test: its supervisor's process, gRPC port, model repository and model control."""

    pid: int
    port: int
    models: Path
    control: str

    def workers(self) -> list[int]:
        """Return the processes of the workers."""
        return workers(self.pid, self.port)


class FaultInjector:
    """Kills and reloads from its construction until `stop`; `log` records what it did.

    `versions` holds the model files; version 1 of each is served already, the others are published in order, one every
    `reload_every` seconds. A worker is killed every `kill_every` seconds if the server has workers.
    """

    def __init__(
        self, server: Server, versions: Mapping[Version, bytes], *, kill_every: float, reload_every: float
    ) -> None:
        self.log = FaultLog()
        self._server = server
        self._versions = versions
        self._ended = threading.Event()
        self._workers = len(server.workers())
        self.log.published.update({version: 0.0 for version in versions if version[1] == 1})
        self._threads = []
        if self._workers:
            self._threads.append(threading.Thread(target=self._kill, args=[kill_every]))
        if server.control != "none":
            self._threads.append(threading.Thread(target=self._reload, args=[reload_every]))
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """Finish the fault in progress and inject no more."""
        self._ended.set()
        for each in self._threads:
            each.join(4 * FAULT_TIMEOUT_SECONDS)

    def _kill(self, every: float) -> None:
        chance = random.Random(0)  # noqa: S311  # not a secret
        for _ in self._ticks(every):
            victim = chance.choice(self._server.workers())
            self.log.kills.append(time.monotonic())
            os.kill(victim, signal.SIGKILL)
            if not self._becomes_true(lambda: self._replaced(victim)):  # noqa: B023  # called within this turn
                self.log.failures.append(f"a killed worker was not replaced within {FAULT_TIMEOUT_SECONDS:.0f} s")
                return

    def _replaced(self, victim: int) -> bool:
        running = self._server.workers()
        return victim not in running and len(running) == self._workers

    def _reload(self, every: float) -> None:
        following = [version for version in self._versions if version[1] > 1]
        # The worker may be killed during a call: retry as the callers do.
        options = [("grpc.service_config", json.dumps(SERVICE_CONFIG))]
        with grpc.insecure_channel(f"127.0.0.1:{self._server.port}", options) as channel:
            stub = rpc.GRPCInferenceServiceStub(channel)
            for (name, number), _ in zip(following, self._ticks(every), strict=False):
                self.log.published[name, number] = time.monotonic()
                publish(self._server.models, name, number, self._versions[name, number])
                try:
                    if self._server.control == "explicit":
                        stub.RepositoryModelLoad(
                            pb.RepositoryModelLoadRequest(model_name=name), timeout=FAULT_TIMEOUT_SECONDS
                        )
                    served = self._becomes_true(lambda: (name, number) in _served(stub))  # noqa: B023
                except grpc.RpcError as error:
                    self.log.failures.append(f"loading {name} {number} failed: {error}")
                    return
                if not served:
                    self.log.failures.append(f"{name} {number} was not served within {FAULT_TIMEOUT_SECONDS:.0f} s")
                    return
                self.log.retired[name, number - 1] = time.monotonic()

    def _ticks(self, every: float) -> Iterator[int]:
        """Yield once every `every` seconds, however long the last turn took, until `stop`."""
        start, turn = time.monotonic(), 1
        while not self._ended.wait(max(0.0, start + turn * every - time.monotonic())):
            yield turn
            turn += 1

    def _becomes_true(self, condition: Callable[[], bool]) -> bool:
        """Return whether the condition becomes true within FAULT_TIMEOUT_SECONDS, also after `stop`."""
        until = time.monotonic() + FAULT_TIMEOUT_SECONDS
        while time.monotonic() < until:
            if condition():
                return True
            time.sleep(POLL_SECONDS)
        return False


def _served(stub: "rpc.GRPCInferenceServiceStub") -> set[Version]:
    """Return the versions that the server's index lists as ready."""
    index = stub.RepositoryIndex(pb.RepositoryIndexRequest(ready=True), timeout=FAULT_TIMEOUT_SECONDS)
    return {(each.name, int(each.version)) for each in index.models if each.state == "READY"}
