"""Run the server in one process, for tests and embedding. The command runs `workers.supervisor` instead."""

import logging
from contextlib import ExitStack

from prometheus_client import CollectorRegistry

from lenet_server.cores import usable_cores
from lenet_server.http.admin import HttpServer
from lenet_server.inference.catalog import Catalog
from lenet_server.inference.loader import described, open_catalog
from lenet_server.metrics.exposition import expose, requests_by_code
from lenet_server.metrics.server import Metrics
from lenet_server.metrics.shared_memory import SharedCounts
from lenet_server.observability.factory import make_observer
from lenet_server.observability.lifecycle import drain, log_addresses
from lenet_server.repository.manager import ModelManager
from lenet_server.repository.plan import Plan
from lenet_server.settings import Settings
from lenet_server.transports.server import Serving

log = logging.getLogger(__name__)


class LocalFleet:
    """A fleet with one member: the catalog of this process."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def apply(self, plan: Plan) -> None:
        """Apply a plan to the catalog; on an error, keep the old versions. See Fleet."""
        try:
            self._catalog.prepare(plan)
        except BaseException:
            self._catalog.abort()
            raise
        self._catalog.commit()


class App:
    """A server in one process. `with App(settings, registry) as app:` serves until the block ends, then drains.

    Attributes: `grpc_port` and `http_port`, the ports in use.
    """

    def __init__(self, settings: Settings, registry: CollectorRegistry) -> None:
        """Load the models and open the ports; the metrics go into `registry`.

        Raises SettingsRefused if a setting or its file is invalid, ModelRejected if there is no model to serve, and
        PortUnavailable if a port cannot be opened.
        """
        self._settings = settings
        self._counts = SharedCounts(1)
        metrics = Metrics(self._counts)
        expose(self._counts, registry, metrics.sample)
        with ExitStack() as undo:
            observer = make_observer(settings)
            if observer:
                undo.callback(observer.stop, 0.0)
            self._catalog = open_catalog(settings, metrics, watched=observer is not None)
            undo.callback(self._catalog.stop)
            self._manager = ModelManager(settings, LocalFleet(self._catalog))
            self._manager.start()
            undo.callback(self._manager.stop)
            self._http = HttpServer(settings.host, settings.http_port, registry, lambda: self._serving.is_ready())
            undo.callback(self._http.stop)
            self._serving = Serving(settings, metrics, self._catalog, self._manager, observer, cores=usable_cores())
            undo.pop_all()
        self.grpc_port = self._serving.port
        self.http_port = self._http.port

    def __enter__(self) -> "App":
        """Start serving."""
        self._http.start()
        self._serving.start()
        log.info("%s", described(self._catalog))
        log_addresses(self._settings, self.grpc_port, self.http_port)
        return self

    def __exit__(self, *_: object) -> None:
        """Drain: fail health checks, pause, refuse new calls, finish accepted calls, stop the threads."""
        drain(self._settings, self._announce_shutdown, self._stop, lambda: requests_by_code(self._counts))

    def _announce_shutdown(self) -> None:
        self._serving.announce_shutdown()
        self._manager.stop()

    def _stop(self, grace_seconds: float) -> None:
        self._serving.stop(grace_seconds)
        self._http.stop()
