"""Puts the server together from its parts, and takes it down in the right order."""

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack

from prometheus_client import CollectorRegistry

from lenet_imaging import Limits
from lenet_server import __version__, transports
from lenet_server.batcher import Batcher
from lenet_server.catalog import Catalog, ServedModel
from lenet_server.classifier import Classifier
from lenet_server.cores import usable_cores
from lenet_server.counts import SharedCounts
from lenet_server.edge import Edge
from lenet_server.exposition import expose
from lenet_server.fleet import LocalFleet
from lenet_server.http_server import HttpServer
from lenet_server.images import ImageReader
from lenet_server.inference_service import InferenceService
from lenet_server.manager import ModelManager
from lenet_server.metrics import Metrics
from lenet_server.model import Model
from lenet_server.model_metrics import ModelMetrics
from lenet_server.plan import PlannedVersion
from lenet_server.service import ClassifierService
from lenet_server.settings import Settings

log = logging.getLogger(__name__)


class App:
    """A whole server. `with App(settings, registry) as app:` serves until the block ends, then drains.

    Attributes: `grpc_port` and `http_port`, as they were really opened.
    """

    def __init__(self, settings: Settings, registry: CollectorRegistry) -> None:
        """Load the models and open the ports; the metrics go into `registry`.

        Raises ModelRejected where there is nothing to serve and PortUnavailable where a port cannot be opened.
        """
        self._settings = settings
        self._ready = threading.Event()
        self._metrics = Metrics(SharedCounts(1))
        expose(self._metrics.counts, registry, self._metrics.sample)
        with ExitStack() as undo:
            self._catalog = Catalog(self._load)
            undo.callback(self._catalog.stop)
            self._catalog.watch(self._count)
            self._manager = ModelManager(settings, LocalFleet(self._catalog))
            self._manager.start()
            undo.callback(self._manager.stop)
            limits = Limits(max_bytes=settings.max_image_bytes, max_pixels=settings.max_image_pixels)
            # A request of encoded pictures may come to as much as one that brings arrays.
            reader = ImageReader(
                limits, settings.max_images_per_request, settings.max_message_bytes, cores=usable_cores()
            )
            # As many as wait in a queue, and a batch of them in the model.
            max_requests = settings.max_queue_size + settings.max_batch_size
            edge = Edge(Classifier(self._catalog, reader), self._metrics, max_requests, settings.max_streams)
            # Without the methods that classify: those are in `methods`, from bytes to bytes.
            classifier = ClassifierService(edge, self._catalog)  # type: ignore[abstract]
            inference = InferenceService(  # type: ignore[abstract]
                edge, self._catalog, settings, self._is_ready, self._manager
            )
            self._http = HttpServer(settings.host, settings.http_port, registry, self._is_ready)
            undo.callback(self._http.stop)
            self._grpc = transports.open_port(edge, classifier, inference, self._catalog, settings, usable_cores())
            undo.pop_all()
        self.grpc_port = self._grpc.port
        self.http_port = self._http.port

    def __enter__(self) -> "App":
        """Answer calls."""
        self._http.start()
        self._grpc.start()
        self._ready.set()
        for each in self._catalog:
            model = each.model
            log.info(
                "model %s version %d: %d labels, input %s",
                model.name,
                model.version,
                len(model.labels),
                model.input_shape,
            )
        log.info(
            "lenet-server %s serves gRPC on %s:%d, HTTP on %s:%d",
            __version__,
            self._settings.host,
            self.grpc_port,
            self._settings.host,
            self.http_port,
            extra={"fields": {"grpc_port": self.grpc_port, "http_port": self.http_port}},
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Drain: say so, pause, refuse new calls, answer those that were accepted, end the threads."""
        self._ready.clear()
        self._grpc.announce_shutdown()
        self._manager.stop()
        log.info("draining")
        if self._settings.shutdown_delay_seconds:
            threading.Event().wait(self._settings.shutdown_delay_seconds)
        self._grpc.stop(self._settings.shutdown_grace_seconds)
        self._catalog.stop()
        self._http.stop()
        answered = self._metrics.requests_by_code()
        log.info("stopped, requests answered: %d", sum(answered.values()), extra={"fields": {"requests": answered}})

    def _is_ready(self) -> bool:
        return self._ready.is_set() and len(self._catalog) > 0

    def _load(self, planned: PlannedVersion) -> ServedModel:
        """Make a version ready to serve. Raises ModelRejected."""
        settings = self._settings
        model = Model(
            planned.path,
            name=planned.name,
            version=planned.version,
            threads=settings.inference_threads or usable_cores(),
            foreign=planned.foreign,
        )
        model.warm_up(settings.max_batch_size)
        metrics = ModelMetrics(self._metrics, model.name, model.version, model.labels)
        batcher = Batcher(
            model.predict,
            metrics,
            name=model.name,
            max_batch_size=settings.max_batch_size,
            max_delay_seconds=settings.max_queue_delay_ms / 1000,
            max_queue_size=settings.max_queue_size,
        )
        return ServedModel(model, batcher, metrics)

    def _count(self, gone: Sequence[ServedModel]) -> None:
        """Have the metrics follow a change of what is served."""
        for each in gone:
            self._metrics.model_retired(each.model.name, each.model.version)
        for each in self._catalog:
            self._metrics.model_served(each.model.name, each.model.version, each.model.metadata)
            self._metrics.queue_length(each.model.name, each.model.version, each.batcher.__len__)
            self._metrics.written_by(each.model.name, each.model.version, each.metrics.write)
