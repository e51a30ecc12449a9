"""The grpcio transport: both services, health and reflection."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import methodcaller

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from lenet.inference import grpc_service_pb2_grpc
from lenet.inference.grpc_service_pb2 import ModelInferRequest
from lenet.v1 import classifier_pb2_grpc
from lenet.v1.classifier_pb2 import ClassifyRequest
from lenet_server.errors import PortUnavailable
from lenet_server.inference.catalog import Catalog
from lenet_server.observability.method_names import CLASSIFIER, INFERENCE, SERVICES
from lenet_server.rpc.lenet.service import ClassifierService
from lenet_server.rpc.methods import Method
from lenet_server.rpc.oip.service import InferenceService
from lenet_server.rpc.parsing import M, parse
from lenet_server.rpc.request_handler import RequestHandler
from lenet_server.security.credentials import add_port
from lenet_server.settings import Settings
from lenet_server.transports.health import Health
from lenet_server.transports.interceptor import interceptors
from lenet_server.transports.server_options import options

# Threads beyond those of the calls that can be admitted: for refusing calls, and for health checks.
SPARE_THREADS = 32
# grpcio's grace once all our calls are answered: for the last responses to be sent. Health watches and reflection
# streams, which never end by themselves, end after it.
LINGER_SECONDS = 0.5
# How much longer than its grace grpcio may take to stop. It is done in milliseconds, or, with a broken stream, never.
STOP_TIMEOUT_SECONDS = 2.0

log = logging.getLogger(__name__)


class GrpcServer:
    """Holds the port as soon as it is made, answers calls from start() on, and drains in stop()."""

    def __init__(
        self,
        address: str,
        handler: RequestHandler,
        methods: Sequence[Method],
        classifier: ClassifierService,
        inference: InferenceService,
        catalog: Catalog,
        settings: Settings,
        *,
        reuse_port: bool = False,
    ) -> None:
        """Open the port, `HOST:PORT` or `unix:PATH`; raises PortUnavailable or SettingsRefused if it cannot."""
        self._handler = handler
        # An open call or stream holds a thread. Their number is limited by the admission, which refuses the rest.
        threads = settings.max_queue_size + settings.max_batch_size + settings.max_streams + SPARE_THREADS
        self._server = grpc.server(
            ThreadPoolExecutor(threads, thread_name_prefix="call"),
            maximum_concurrent_rpcs=2 * threads,  # more are refused by grpcio itself, without our message
            interceptors=interceptors(handler.authorizer, handler.completion),
            options=[*options(settings, address), ("grpc.so_reuseport", int(reuse_port))],
        )
        self._health = Health()
        for name in ("", *SERVICES):
            self._health.set(name, is_serving=False)
        self._catalog = catalog
        self._serving = False
        self._health_lock = threading.Lock()
        self._reported_models: set[str] = set()
        catalog.watch(lambda _: self._update_health())
        classifier_pb2_grpc.add_ClassifierServicer_to_server(classifier, self._server)
        grpc_service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(inference, self._server)
        for method in methods:  # in place of the generated handlers, which parse the bytes
            self._server.add_registered_method_handlers(method.service, {method.name: self._unary_handler(method)})
        self._server.add_registered_method_handlers(
            CLASSIFIER, {"ClassifyStream": stream_handler(classifier.ClassifyStream, ClassifyRequest, settings)}
        )
        self._server.add_registered_method_handlers(
            INFERENCE, {"ModelStreamInfer": stream_handler(inference.ModelStreamInfer, ModelInferRequest, settings)}
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if settings.reflection == "on":
            reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        try:
            self.port = add_port(self._server, address, settings)
        except RuntimeError as error:
            raise PortUnavailable(settings.host, settings.port, "--port") from error

    def _unary_handler(self, method: Method) -> "grpc.RpcMethodHandler[bytes, bytes]":
        return grpc.unary_unary_rpc_method_handler(partial(self._handler.classify, method))

    def start(self) -> None:
        """Answer calls, and report SERVING to health checks."""
        self._server.start()
        self._serving = True
        self._update_health()

    def _update_health(self) -> None:
        """Report each model as SERVING if it is served, and the services and the server if any model is."""
        if not self._serving:
            return
        with self._health_lock:
            served = {each.model.name for each in self._catalog}
            self._reported_models |= served
            for name in ("", *SERVICES, *self._reported_models):
                is_model = name in self._reported_models
                self._health.set(name, is_serving=name in served if is_model else bool(served))

    def announce_shutdown(self) -> None:
        """Report NOT_SERVING to health checks; calls are still answered."""
        self._health.end()

    def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, answer those that were accepted, and close the port. After the grace the rest is ended."""
        self._handler.drain(grace_seconds)
        # A stream with bytes that do not parse can keep grpcio from ever reporting that it has stopped.
        if not self._server.stop(LINGER_SECONDS).wait(LINGER_SECONDS + STOP_TIMEOUT_SECONDS):
            log.warning("grpcio has not stopped after %g s: ending without it", LINGER_SECONDS + STOP_TIMEOUT_SECONDS)
        self._health.close()


def stream_handler(
    respond: Callable[[Iterator[M], grpc.ServicerContext], Iterator[Message]], kind: type[M], settings: Settings
) -> "grpc.RpcMethodHandler[M, Message]":
    """The handler of a stream, in place of the generated one, which parses messages without counting their fields."""
    return grpc.stream_stream_rpc_method_handler(
        respond,
        request_deserializer=partial(parse, kind, max_images=settings.max_images_per_request),
        response_serializer=methodcaller("SerializeToString"),
    )
