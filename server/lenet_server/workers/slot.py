"""A place for a worker: one is started, watched, and followed by another when it dies."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from lenet_server.errors import PlanRejected
from lenet_server.metrics import definitions
from lenet_server.metrics.shared_memory import CountTable, Row
from lenet_server.workers.fleet import WorkerFleet
from lenet_server.workers.messages import Sample
from lenet_server.workers.process import ENDED_WELL, WorkerStarter
from lenet_server.workers.rpc_channel import ChannelClosed, RpcChannel

# How long the next worker is waited with: doubled each time, until one has lived for a while.
FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 10.0
SETTLED_SECONDS = 30.0
# For a process to end by itself when nobody listens to it any more.
PATIENCE_SECONDS = 2.0

log = logging.getLogger(__name__)


class WorkerSlot:
    """Has a worker of this number alive from start() until end().

    Attributes: `pid`, of the worker that was started last; 0 before there is one.
    """

    def __init__(
        self,
        number: int,
        starter: WorkerStarter,
        fleet: WorkerFleet,
        answer: Callable[[Any], object],
        executor: Executor,
        table: CountTable,
        restarts: Row,
        timeout_seconds: float,
    ) -> None:
        """`answer` is what the worker's questions get, `table` what it counts in, `restarts` where restarts count."""
        self._number = number
        self._starter = starter
        self._fleet = fleet
        self._answer = answer
        self._executor = executor
        self._table = table
        self._restarts = restarts
        self._timeout_seconds = timeout_seconds
        self.pid = 0
        self._retired = threading.Event()
        self._line: RpcChannel | None = None
        self._thread = threading.Thread(target=self._keep, name=f"worker {number}")

    def start(self) -> None:
        """Start the first worker."""
        self._thread.start()

    def retire(self) -> None:
        """Start no worker any more."""
        self._retired.set()

    def let_go(self) -> None:
        """Have the worker end, by force if need be."""
        self._retired.set()
        if self._line:
            self._line.hang_up()

    def join(self) -> None:
        """Wait for its end."""
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while not self._retired.is_set():
            began = time.monotonic()
            try:
                end = self._live()
            except Exception:  # the border of a thread: without it, there would be no worker any more
                log.exception("worker %d cannot be looked after", self._number)
                end = "is given up"
            if time.monotonic() - began > SETTLED_SECONDS:
                delay = FIRST_DELAY_SECONDS
            if self._retired.is_set():
                if end != ENDED_WELL:
                    log.error("worker %d %s", self._number, end)
                break
            fields = {"worker": self._number, "delay_seconds": delay}
            log.error("worker %d %s: another is started in %g s", self._number, end, delay, extra={"fields": fields})
            if self._retired.wait(delay):
                break
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)
            self._restarts[0] += 1.0

    def _live(self) -> str:
        """One worker's life. Returns how it ended, in words."""
        try:
            process = self._starter.start(self._number)
        except (OSError, EOFError) as error:
            return f"could not be started ({error})"
        self.pid = process.pid
        line = self._line = RpcChannel(process.connection, self._answer, self._executor)
        listener = threading.Thread(target=line.listen, name=f"line to worker {self._number}")
        listener.start()
        try:
            if not self._retired.is_set():
                self._watch(line)
        finally:
            self._fleet.leave(line)
            line.hang_up()
            end = process.end(PATIENCE_SECONDS)
            listener.join()
            process.connection.close()
            for gauge in definitions.GAUGES:
                self._table.zero(gauge.name)
        return end

    def _watch(self, line: RpcChannel) -> None:
        """Return when the worker is dead, or as good as dead."""
        try:
            self._fleet.join(line)
            if self._restarts[0]:
                fields = {"worker": self._number, "pid": self.pid}
                log.info("worker %d serves again (process %d)", self._number, self.pid, extra={"fields": fields})
            while not line.closed.wait(self._timeout_seconds / 3):
                line.ask(Sample()).result(self._timeout_seconds)
        except ChannelClosed:
            pass
        except TimeoutError:
            log.error("worker %d does not answer: it is killed", self._number)
        except (PlanRejected, RuntimeError) as error:
            log.error("worker %d cannot serve what the others serve: %s", self._number, error)
