"""The interface of a transport, and open_transport(), which makes the one that the settings select."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from lenet_server.inference.catalog import Catalog
from lenet_server.rpc.lenet.service import ClassifierService
from lenet_server.rpc.method_table import classifying_methods
from lenet_server.rpc.oip.service import InferenceService
from lenet_server.rpc.request_handler import RequestHandler
from lenet_server.settings import Settings
from lenet_server.transports.grpc_server import GrpcServer
from lenet_server.transports.selection import is_native


class Transport(Protocol):
    """Holds the port as soon as it is made. Attributes: `port`, the number, also where port 0 was asked for."""

    port: int

    def start(self) -> None:
        """Answer calls, and report SERVING to health checks."""

    def announce_shutdown(self) -> None:
        """Report NOT_SERVING to health checks; calls are still answered."""

    def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, answer those that were accepted, and close the port. After the grace the rest is ended."""


def open_transport(
    handler: RequestHandler,
    classifier: ClassifierService,
    inference: InferenceService,
    catalog: Catalog,
    settings: Settings,
    cores: int,
    *,
    reuse_port: bool = False,
) -> Transport:
    """Open the port with the transport that the settings select; `reuse_port` shares it with other processes.

    Raises PortUnavailable or SettingsRefused.
    """
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"{host}:{settings.port}"
    methods = classifying_methods(settings.max_images_per_request)
    grpcio: Callable[[str], GrpcServer] = partial(
        GrpcServer,
        handler=handler,
        methods=methods,
        classifier=classifier,
        inference=inference,
        catalog=catalog,
        settings=settings,
        reuse_port=reuse_port,
    )
    if not is_native(settings):
        return grpcio(address)
    from lenet_server.transports.native_server import NativeServer  # there is not a wheel for every platform

    return NativeServer(address, handler, methods, grpcio, settings, cores, reuse_port=reuse_port)
