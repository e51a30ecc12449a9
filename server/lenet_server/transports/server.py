"""The gRPC side of one process: everything between the port and the catalog."""

import threading
import time

from lenet_imaging import Limits
from lenet_server.inference.catalog import Catalog
from lenet_server.inference.classifier import Classifier
from lenet_server.inference.images import ImageReader
from lenet_server.metrics.server import Metrics
from lenet_server.observability.call_observer import CallObserver
from lenet_server.repository.control import Control
from lenet_server.rpc.lenet.service import ClassifierService
from lenet_server.rpc.oip.service import InferenceService
from lenet_server.rpc.request_handler import RequestHandler
from lenet_server.security.authorizer import make_authorizer
from lenet_server.settings import Settings
from lenet_server.transports import transport

# The least time for sending the last traces, also after a drain that has used its whole grace: a batch to a collector
# nearby takes far less.
MIN_FLUSH_SECONDS = 1.0


class Serving:
    """Holds the port as soon as it is made, answers calls from start() on, and drains in stop().

    Attributes: `port`, the number, also where port 0 was asked for.
    """

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        catalog: Catalog,
        control: Control,
        observer: CallObserver | None,
        *,
        cores: int,
        reuse_port: bool = False,
    ) -> None:
        """Open the port; `reuse_port` shares it with other processes.

        Raises PortUnavailable or SettingsRefused.
        """
        self._catalog = catalog
        self._observer = observer
        self._started = threading.Event()
        limits = Limits(settings.max_image_bytes, settings.max_image_pixels, settings.max_image_cost)
        # Encoded images may decode to as many bytes as a message of arrays may have.
        reader = ImageReader(limits, settings.max_images_per_request, settings.max_message_bytes, cores=cores)
        # One queue full of requests, and a batch of them in the model.
        max_requests = settings.max_queue_size + settings.max_batch_size
        handler = RequestHandler(
            Classifier(catalog, reader),
            metrics,
            max_requests,
            settings.max_streams,
            authorizer=make_authorizer(settings, metrics.rejected),
            observer=observer,
        )
        # Without the unary methods that classify: those are in `method_table`.
        classifier = ClassifierService(handler, catalog)  # type: ignore[abstract]
        inference = InferenceService(handler, catalog, settings, self.is_ready, control)  # type: ignore[abstract]
        self._transport = transport.open_transport(
            handler, classifier, inference, catalog, settings, cores, reuse_port=reuse_port
        )
        self.port = self._transport.port

    def is_ready(self) -> bool:
        """Whether a model is served and no shutdown was announced."""
        return self._started.is_set() and len(self._catalog) > 0

    def start(self) -> None:
        """Answer calls, and report SERVING to health checks."""
        self._transport.start()
        self._started.set()

    def announce_shutdown(self) -> None:
        """Report NOT_SERVING to health checks; calls are still answered."""
        self._started.clear()
        self._transport.announce_shutdown()

    def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, answer those that were accepted, and close the port. After the grace the rest is ended.

        Then the batchers stop, and the last traces are sent.
        """
        deadline = time.monotonic() + grace_seconds
        self._transport.stop(grace_seconds)
        self._catalog.stop()
        if self._observer:
            self._observer.stop(max(MIN_FLUSH_SECONDS, deadline - time.monotonic()))
