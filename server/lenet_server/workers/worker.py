"""A worker process: answers calls on the port that it shares, and does what its supervisor asks."""

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

log = logging.getLogger(__name__)


def work(settings: Settings, counts: SharedCounts, number: int, connection: "Connection[Any, Any]") -> None:
    """Work until the supervisor ends it, or is gone itself. Does not return."""
    logs.configure(settings.log_format, settings.log_level, number)
    threading.excepthook = end_with_the_thread
    worker = Worker(settings, counts, number, connection)
    worker.run()
    logging.shutdown()
    os._exit(0)  # whatever a thread may still be doing: the calls are answered


def end_with_the_thread(failed: threading.ExceptHookArgs) -> None:
    """End the process where a thread has failed that was to live as long: its calls would wait without an end.

    The supervisor then starts another worker. Of daemon threads the process can spare each.
    """
    if failed.thread is None or failed.thread.daemon:
        threading.__excepthook__(failed)
        return
    exception = failed.exc_value or failed.exc_type()
    log.critical("thread %r has failed: this worker ends", failed.thread.name, exc_info=exception)
    logging.shutdown()
    os._exit(1)


class Worker:
    """What the supervisor's orders do."""

    def __init__(
        self, settings: Settings, counts: SharedCounts, number: int, connection: "Connection[Any, Any]"
    ) -> None:
        self._settings = settings
        self._metrics = Metrics(counts, number)
        self._use = ProcessMetrics(self._metrics.table, number)
        self._observer = make_observer(settings)
        self._catalog = open_catalog(settings, self._metrics, watched=self._observer is not None)
        self._line = RpcChannel(
            connection,
            self._answer,
            ThreadPoolExecutor(2, thread_name_prefix="orders"),
            at_once=(Sample, AnnounceShutdown),
        )
        self._serving: Serving | None = None
        self._ending = threading.Event()

    def run(self) -> None:
        """Follow orders until the supervisor is gone. If that comes without a word, stop as it would have wanted."""
        self._line.listen()
        if not self._ending.is_set():
            log.error("the supervisor is gone, or has given this worker up: draining")
            self._announce_shutdown()
            self._stop(self._settings.shutdown_grace_seconds)

    def _answer(self, order: object) -> object:
        match order:
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
                self._use.sample()
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
        control = RemoteControl(self._line)
        self._serving = Serving(
            self._settings,
            self._metrics,
            self._catalog,
            control,
            self._observer,
            cores=usable_cores(),
            reuse_port=True,
        )
        self._serving.start()
        return described(self._catalog)

    def _announce_shutdown(self) -> None:
        self._ending.set()
        if self._serving:
            self._serving.announce_shutdown()

    def _stop(self, grace_seconds: float) -> None:
        self._ending.set()
        if self._serving:
            self._serving.stop(grace_seconds)
