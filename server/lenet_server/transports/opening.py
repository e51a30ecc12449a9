"""Opens the port with one of the two transports: pygrpc-native, or grpcio alone."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from lenet_server.inference.catalog import Catalog
from lenet_server.rpc.lenet.service import ClassifierService
from lenet_server.rpc.methods import classifying_methods
from lenet_server.rpc.oip.service import InferenceService
from lenet_server.rpc.request_handler import Edge
from lenet_server.settings import Settings
from lenet_server.transports.choice import is_native
from lenet_server.transports.grpc_server import GrpcServer


class Transport(Protocol):
    """Holds the port as soon as it is made. Attributes: `port`, as it was really opened."""

    port: int

    def start(self) -> None:
        """Answer calls, and say so to health checks."""

    def announce_shutdown(self) -> None:
        """Tell health checks that no new calls should come; those that come are still answered."""

    def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, answer those that were accepted, and close the port. After the grace the rest is ended."""


def open_port(
    edge: Edge,
    classifier: ClassifierService,
    inference: InferenceService,
    catalog: Catalog,
    settings: Settings,
    cores: int,
    *,
    reuse_port: bool = False,
) -> Transport:
    """The transport that the settings ask for, with its port open, shared with others where that is wanted.

    Raises PortUnavailable or SettingsRefused.
    """
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"{host}:{settings.port}"
    methods = classifying_methods(settings.max_images_per_request)
    grpcio: Callable[[str], GrpcServer] = partial(
        GrpcServer,
        edge=edge,
        methods=methods,
        classifier=classifier,
        inference=inference,
        catalog=catalog,
        settings=settings,
        reuse_port=reuse_port,
    )
    if not is_native(settings):
        return grpcio(address)
    from lenet_server.transports.native_server import NativeServer  # absent where there is no wheel of it

    return NativeServer(address, edge, methods, grpcio, settings, cores, reuse_port=reuse_port)
