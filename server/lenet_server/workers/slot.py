"""Keeps one worker running: starts it, monitors it, and restarts it with a growing delay when it dies."""

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
from lenet_server.workers.process import EXITED, WorkerStarter
from lenet_server.workers.rpc_channel import ChannelClosed, RpcChannel

# Delay before a restart, doubled each time. The longest is below the 30 s for which the client retries by default.
FIRST_DELAY_SECONDS = 0.1
MAX_DELAY_SECONDS = 10.0
# A worker that ran this long did not die of its start: the delay begins again at the first.
STABLE_SECONDS = 30.0
# Heartbeats sent in the time after which an unresponsive worker is killed.
HEARTBEATS_PER_TIMEOUT = 3
# Limit for a disconnected process to exit by itself, before it is killed.
EXIT_TIMEOUT_SECONDS = 2.0

log = logging.getLogger(__name__)


class WorkerSlot:
    """Keeps worker `number` running from start() until stop().

    Attributes: `pid`, of the worker started last; 0 before the first.
    """

    def __init__(
        self,
        number: int,
        starter: WorkerStarter,
        fleet: WorkerFleet,
        handler: Callable[[Any], object],
        executor: Executor,
        table: CountTable,
        restarts: Row,
        timeout_seconds: float,
    ) -> None:
        """`handler` answers the worker's requests, in `executor`. `table` holds its metrics, `restarts` the counter.

        A worker that does not respond for `timeout_seconds` is killed.
        """
        self._number = number
        self._starter = starter
        self._fleet = fleet
        self._handler = handler
        self._executor = executor
        self._table = table
        self._restarts = restarts
        self._timeout_seconds = timeout_seconds
        self.pid = 0
        self._stopping = threading.Event()
        self._channel: RpcChannel | None = None
        self._thread = threading.Thread(target=self._run, name=f"worker {number} slot")

    def start(self) -> None:
        """Start the first worker."""
        self._thread.start()

    def stop_restarting(self) -> None:
        """Start no further worker; the one that runs goes on."""
        self._stopping.set()

    def stop(self) -> None:
        """Disconnect the worker, which then exits or is killed."""
        self._stopping.set()
        if self._channel:
            self._channel.disconnect()

    def join(self) -> None:
        """Wait until the worker has exited, after stop()."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                end = self._run_worker()
            except Exception:  # else the thread would end, and the worker would never be restarted
                log.exception("supervising worker %d failed", self._number)
                end = "is abandoned"
            if time.monotonic() - started > STABLE_SECONDS:
                delay = FIRST_DELAY_SECONDS
            if self._stopping.is_set():
                if end != EXITED:
                    log.error("worker %d %s", self._number, end)
                break
            fields = {"worker": self._number, "delay_seconds": delay}
            log.error("worker %d %s: restarting it in %g s", self._number, end, delay, extra={"fields": fields})
            if self._stopping.wait(delay):
                break
            delay = min(2 * delay, MAX_DELAY_SECONDS)
            self._restarts[0] += 1.0

    def _run_worker(self) -> str:
        """Run one worker until it has exited. Returns how it ended, as text for the log."""
        try:
            process = self._starter.start(self._number)
        except (OSError, EOFError) as error:
            return f"could not be started ({error})"
        self.pid = process.pid
        channel = self._channel = RpcChannel(process.connection, self._handler, self._executor)
        listener = threading.Thread(target=channel.listen, name=f"worker {self._number} channel")
        listener.start()
        try:
            if not self._stopping.is_set():
                self._monitor(channel)
        finally:
            self._fleet.remove(channel)
            channel.disconnect()
            end = process.wait_or_kill(EXIT_TIMEOUT_SECONDS)
            listener.join()
            process.connection.close()
            for gauge in definitions.GAUGES:
                self._table.zero(gauge.name)
        return end

    def _monitor(self, channel: RpcChannel) -> None:
        """Add the worker to the fleet, and return when it has died, does not respond or cannot load the plan."""
        try:
            self._fleet.add(channel)
            if self._restarts[0]:
                fields = {"worker": self._number, "pid": self.pid}
                log.info("worker %d restarted (process %d)", self._number, self.pid, extra={"fields": fields})
            while not channel.closed.wait(self._timeout_seconds / HEARTBEATS_PER_TIMEOUT):
                channel.request(Sample()).result(self._timeout_seconds)
        except ChannelClosed:
            pass
        except TimeoutError:
            log.error("worker %d does not respond: killing it", self._number)
        except (PlanRejected, RuntimeError) as error:
            log.error("worker %d cannot load the served models: %s", self._number, error)
