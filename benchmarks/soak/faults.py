"""Disturbs a server on a timetable: kills a worker every so often, and publishes new versions of its models."""

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
from benchmarks.soak.report import Disturbances
from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc

LONGEST_SECONDS = 15.0  # for a new version to be served, or a killed worker to be replaced
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Server:
    """What is disturbed: the supervisor's process, the gRPC port, the model repository, the kind of model control."""

    pid: int
    port: int
    models: Path
    control: str

    def workers(self) -> list[int]:
        """The processes that answer calls, the supervisor left out."""
        return workers(self.pid, self.port)


class Disturber:
    """Kills and reloads from its construction until `stop`; `done` is what it did.

    `versions` holds the model files; version 1 of each is served already, the others are published in their order, one
    every `reload_every` seconds. A worker is killed every `kill_every` seconds, where the server has workers.
    """

    def __init__(
        self, server: Server, versions: Mapping[Version, bytes], *, kill_every: float, reload_every: float
    ) -> None:
        self.done = Disturbances()
        self._server = server
        self._versions = versions
        self._ended = threading.Event()
        self._workers = len(server.workers())
        self.done.published.update({version: 0.0 for version in versions if version[1] == 1})
        self._threads = []
        if self._workers:
            self._threads.append(threading.Thread(target=self._kill, args=[kill_every]))
        if server.control != "none":
            self._threads.append(threading.Thread(target=self._reload, args=[reload_every]))
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """Let what has begun come to its end, and no more."""
        self._ended.set()
        for each in self._threads:
            each.join(4 * LONGEST_SECONDS)

    def _kill(self, every: float) -> None:
        chance = random.Random(0)  # noqa: S311  # not a secret
        for _ in self._beats(every):
            victim = chance.choice(self._server.workers())
            self.done.kills.append(time.monotonic())
            os.kill(victim, signal.SIGKILL)
            if not self._comes(lambda: self._replaced(victim)):  # noqa: B023  # called before the next turn
                self.done.troubles.append(f"a killed worker was not replaced within {LONGEST_SECONDS:.0f} s")
                return

    def _replaced(self, victim: int) -> bool:
        running = self._server.workers()
        return victim not in running and len(running) == self._workers

    def _reload(self, every: float) -> None:
        following = [version for version in self._versions if version[1] > 1]
        # A worker that is asked may be killed: such a call is sent again, as the callers' are.
        options = [("grpc.service_config", json.dumps(SERVICE_CONFIG))]
        with grpc.insecure_channel(f"127.0.0.1:{self._server.port}", options) as channel:
            stub = rpc.GRPCInferenceServiceStub(channel)
            for (name, number), _ in zip(following, self._beats(every), strict=False):
                self.done.published[name, number] = time.monotonic()
                publish(self._server.models, name, number, self._versions[name, number])
                try:
                    if self._server.control == "explicit":
                        stub.RepositoryModelLoad(
                            pb.RepositoryModelLoadRequest(model_name=name), timeout=LONGEST_SECONDS
                        )
                    served = self._comes(lambda: (name, number) in _served(stub))  # noqa: B023
                except grpc.RpcError as error:
                    self.done.troubles.append(f"loading {name} {number} failed: {error}")
                    return
                if not served:
                    self.done.troubles.append(f"{name} {number} was not served within {LONGEST_SECONDS:.0f} s")
                    return
                self.done.retired[name, number - 1] = time.monotonic()

    def _beats(self, every: float) -> Iterator[int]:
        """A turn every so many seconds, however long the last one took, until `stop`."""
        start, turn = time.monotonic(), 1
        while not self._ended.wait(max(0.0, start + turn * every - time.monotonic())):
            yield turn
            turn += 1

    def _comes(self, condition: Callable[[], bool]) -> bool:
        """Whether the condition comes true in time; even after `stop`, for what was begun is to end well."""
        pause = threading.Event()
        until = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < until:
            if condition():
                return True
            pause.wait(LOOK_SECONDS)
        return False


def _served(stub: "rpc.GRPCInferenceServiceStub") -> set[Version]:
    """The versions that the server's index has as ready."""
    index = stub.RepositoryIndex(pb.RepositoryIndexRequest(ready=True), timeout=LONGEST_SECONDS)
    return {(each.name, int(each.version)) for each in index.models if each.state == "READY"}
