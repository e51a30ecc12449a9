"""What answers calls in one process: everything between the gRPC port and the catalog."""

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
from lenet_server.rpc.request_handler import Edge
from lenet_server.security.authorizer import guard_for
from lenet_server.settings import Settings
from lenet_server.transports import opening

# For the last traces to leave, where the drain has used up its grace: then they matter most.
LAST_TRACES_SECONDS = 1.0


class Serving:
    """Holds the port as soon as it is made, answers calls from start() on, and drains in stop().

    Attributes: `port`, as it was really opened.
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
        """Open the port, shared with other processes where that is wanted.

        Raises PortUnavailable or SettingsRefused.
        """
        self._catalog = catalog
        self._observer = observer
        self._started = threading.Event()
        limits = Limits(max_bytes=settings.max_image_bytes, max_pixels=settings.max_image_pixels)
        # A request of encoded pictures may come to as much as one that brings arrays.
        reader = ImageReader(limits, settings.max_images_per_request, settings.max_message_bytes, cores=cores)
        # As many as wait in a queue, and a batch of them in the model.
        max_requests = settings.max_queue_size + settings.max_batch_size
        edge = Edge(
            Classifier(catalog, reader),
            metrics,
            max_requests,
            settings.max_streams,
            guard=guard_for(settings, metrics.rejected),
            observer=observer,
        )
        # Without the methods that classify: those are in `methods`, from bytes to bytes.
        classifier = ClassifierService(edge, catalog)  # type: ignore[abstract]
        inference = InferenceService(edge, catalog, settings, self.is_ready, control)  # type: ignore[abstract]
        self._grpc = opening.open_port(edge, classifier, inference, catalog, settings, cores, reuse_port=reuse_port)
        self.port = self._grpc.port

    def is_ready(self) -> bool:
        """Whether calls should come: there is something to serve, and no end in sight."""
        return self._started.is_set() and len(self._catalog) > 0

    def start(self) -> None:
        """Answer calls, and say so to health checks."""
        self._grpc.start()
        self._started.set()

    def announce_shutdown(self) -> None:
        """Tell health checks that no new calls should come; those that come are still answered."""
        self._started.clear()
        self._grpc.announce_shutdown()

    def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, answer those that were accepted, and close the port. After the grace the rest is ended.

        Then the batchers end, and the last traces leave.
        """
        deadline = time.monotonic() + grace_seconds
        self._grpc.stop(grace_seconds)
        self._catalog.stop()
        if self._observer:
            self._observer.stop(max(LAST_TRACES_SECONDS, deadline - time.monotonic()))
