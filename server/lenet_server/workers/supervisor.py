"""The server as several processes: the supervisor starts the workers, restarts them, and manages their models."""

import logging
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from prometheus_client import CollectorRegistry

from lenet_server.cores import usable_cores
from lenet_server.errors import PortUnavailable
from lenet_server.http.admin import HttpServer
from lenet_server.metrics import definitions
from lenet_server.metrics.exposition import expose, requests_by_code
from lenet_server.metrics.shared_memory import SharedCounts
from lenet_server.observability.lifecycle import drain, log_addresses
from lenet_server.repository.manager import ModelManager
from lenet_server.setting_values import AUTO
from lenet_server.settings import Settings
from lenet_server.workers.fleet import WorkerFleet
from lenet_server.workers.messages import Index, Load, Unload
from lenet_server.workers.process import WorkerStarter
from lenet_server.workers.shared_port import SharedPort
from lenet_server.workers.slot import WorkerSlot

log = logging.getLogger(__name__)


class Supervisor:
    """A server of several processes. `with Supervisor(settings, registry):` serves until the block ends, then drains.

    Attributes: `grpc_port` and `http_port`, the numbers, also if port 0 was requested.
    """

    def __init__(self, settings: Settings, registry: CollectorRegistry) -> None:
        """Open the ports, and register the metrics in `registry`.

        Raises SettingsRefused for a setting that cannot be used, PortUnavailable for a port that cannot be opened.
        """
        if settings.trace_endpoint:  # otherwise the supervisor need not load OpenTelemetry
            from lenet_server.observability.factory import check_installed

            check_installed(settings)
        self._settings = settings
        self._workers = usable_cores() if settings.workers == AUTO else int(settings.workers)
        self._counts = SharedCounts(self._workers + 1)  # the last table is the supervisor's own
        self._fleet = WorkerFleet(settings.load_timeout_seconds)
        self._manager = ModelManager(settings, self._fleet)
        expose(self._counts, registry, self._fleet.sample)
        with ExitStack() as undo:
            self._port = SharedPort(settings.host, settings.port, "--port")
            undo.callback(self._port.close)
            self._http = HttpServer(settings.host, settings.http_port, registry, self._fleet.is_ready)
            undo.pop_all()
        self.grpc_port = self._port.number
        self.http_port = self._http.port
        self._starter = WorkerStarter(replace(settings, port=self.grpc_port), self._counts, self._workers)
        self._executor = ThreadPoolExecutor(thread_name_prefix="worker-request")
        self._slots = [self._slot(number) for number in range(self._workers)]

    def _slot(self, number: int) -> WorkerSlot:
        return WorkerSlot(
            number,
            self._starter,
            self._fleet,
            self._handle,
            self._executor,
            table=self._counts.tables[number],
            restarts=self._counts.tables[-1].row(definitions.WORKER_RESTARTS.name, str(number)),
            timeout_seconds=self._settings.worker_timeout_seconds,
        )

    def __enter__(self) -> "Supervisor":
        """Start the workers, load the models and answer calls.

        Raises ModelRejected if there is no model to serve or no worker could be started, PortUnavailable if no worker
        could open the port.
        """
        with ExitStack() as undo:
            undo.callback(self._stop, 0.0)
            undo.callback(self._announce_shutdown)
            with _signals_blocked():
                for slot in self._slots:
                    slot.start()
            self._fleet.wait_for_workers(self._workers)
            self._manager.start()
            models = self._fleet.serve()
            if models is None:
                raise PortUnavailable(self._settings.host, self.grpc_port, "--port", "no worker could open it")
            self._http.start()
            undo.pop_all()
        self._log_start(models)
        return self

    def __exit__(self, *_: object) -> None:
        """Drain: announce the shutdown, wait, refuse new calls, answer the accepted ones, stop the workers."""
        drain(self._settings, self._announce_shutdown, self._stop, lambda: requests_by_code(self._counts))

    def _announce_shutdown(self) -> None:
        """Freeze the fleet (no model changes, no restarts), and report not ready."""
        self._fleet.close()
        for slot in self._slots:
            slot.stop_restarting()
        self._fleet.announce_shutdown()

    def _stop(self, grace_seconds: float) -> None:
        """Stop everything, after _announce_shutdown()."""
        self._fleet.stop(grace_seconds)
        for slot in self._slots:
            slot.stop()
        for slot in self._slots:
            slot.join()
        self._manager.stop()
        self._executor.shutdown()
        self._starter.close()
        self._http.stop()
        self._port.close()

    def _handle(self, message: object) -> object:
        """Handle a worker's request."""
        match message:
            case Load(name):
                self._manager.load(name)
            case Unload(name):
                self._manager.unload(name)
            case Index():
                return self._manager.index()
        return None

    def _log_start(self, models: str) -> None:
        log.info("%s", models or "no model loaded yet")
        cores = [str(core) for core in self._starter.cores if core is not None]
        log.info(
            "workers: %d%s",
            self._workers,
            f", on cores {', '.join(cores)}" if cores else "",
            extra={"fields": {"pids": [slot.pid for slot in self._slots]}},
        )
        log_addresses(self._settings, self.grpc_port, self.http_port)


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block SIGTERM and SIGINT in the threads and processes that are started in the block.

    The main thread alone handles them; a terminal's Ctrl-C reaches all processes.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
