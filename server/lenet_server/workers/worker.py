"""A worker process: answers calls on the shared port, and handles the supervisor's messages."""

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

from lenet_server import logs
from lenet_server.cores import usable_cores
from lenet_server.errors import PlanRejected
from lenet_server.inference.loader import described, open_catalog
from lenet_server.metrics.process import ProcessMetrics
from lenet_server.metrics.server import Metrics
from lenet_server.metrics.shared_memory import SharedCounts
from lenet_server.observability.factory import make_observer
from lenet_server.repository.plan import Plan
from lenet_server.settings import Settings
from lenet_server.transports.server import Serving
from lenet_server.workers.messages import Abort, AnnounceShutdown, Commit, Prepare, Sample, Serve, Stop
from lenet_server.workers.remote_control import RemoteControl
from lenet_server.workers.rpc_channel import RpcChannel

# Threads for the supervisor's messages: one may load models for minutes, and Stop must not wait for it.
MESSAGE_THREADS = 2

log = logging.getLogger(__name__)


def run_worker(settings: Settings, counts: SharedCounts, number: int, connection: "Connection[Any, Any]") -> None:
    """Run a worker until the supervisor stops it or has exited, then exit the process."""
    logs.configure(settings.log_format, settings.log_level, number)
    threading.excepthook = exit_on_thread_failure
    worker = Worker(settings, counts, number, connection)
    worker.run()
    logging.shutdown()
    os._exit(0)  # without joining threads: all calls are answered


def exit_on_thread_failure(failure: threading.ExceptHookArgs) -> None:
    """Exit the process if a non-daemon thread has failed, such as a batcher: its calls would wait forever.

    The supervisor then starts another worker. For a daemon thread, only print the exception.
    """
    if failure.thread is None or failure.thread.daemon:
        threading.__excepthook__(failure)
        return
    exception = failure.exc_value or failure.exc_type()
    log.critical("thread %r has failed: this worker exits", failure.thread.name, exc_info=exception)
    logging.shutdown()
    os._exit(1)


class Worker:
    """Handles the supervisor's messages: loads models, serves them, and stops."""

    def __init__(
        self, settings: Settings, counts: SharedCounts, number: int, connection: "Connection[Any, Any]"
    ) -> None:
        self._settings = settings
        self._metrics = Metrics(counts, number)
        self._process_metrics = ProcessMetrics(self._metrics.table, number)
        self._observer = make_observer(settings)
        self._catalog = open_catalog(settings, self._metrics, watched=self._observer is not None)
        self._channel = RpcChannel(
            connection,
            self._handle,
            ThreadPoolExecutor(MESSAGE_THREADS, thread_name_prefix="supervisor-request"),
            inline=(Sample, AnnounceShutdown),
        )
        self._serving: Serving | None = None
        self._shutting_down = threading.Event()

    def run(self) -> None:
        """Handle messages until the channel is closed. If it closes without Stop, drain as Stop would."""
        self._channel.listen()
        if not self._shutting_down.is_set():
            log.error("the supervisor has exited, or has disconnected this worker: draining")
            self._announce_shutdown()
            self._stop(self._settings.shutdown_grace_seconds)

    def _handle(self, message: object) -> object:
        match message:
            case Prepare(plan):
                return self._prepare(plan)
            case Commit():
                self._catalog.commit()
            case Abort():
                self._catalog.abort()
            case Serve():
                return self._serve()
            case Sample():
                self._metrics.sample()
                self._process_metrics.sample()
            case AnnounceShutdown():
                self._announce_shutdown()
            case Stop(grace_seconds):
                self._stop(grace_seconds)
        return None

    def _prepare(self, plan: Plan) -> dict[tuple[str, int], str]:
        try:
            self._catalog.prepare(plan)
        except PlanRejected as error:
            self._catalog.abort()
            return error.reasons
        return {}

    def _serve(self) -> str:
        self._serving = Serving(
            self._settings,
            self._metrics,
            self._catalog,
            RemoteControl(self._channel),
            self._observer,
            cores=usable_cores(),
            reuse_port=True,
        )
        self._serving.start()
        return described(self._catalog)

    def _announce_shutdown(self) -> None:
        self._shutting_down.set()
        if self._serving:
            self._serving.announce_shutdown()

    def _stop(self, grace_seconds: float) -> None:
        self._shutting_down.set()
        if self._serving:
            self._serving.stop(grace_seconds)
