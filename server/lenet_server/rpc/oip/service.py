"""The gRPC service inference.GRPCInferenceService: the Open Inference Protocol v2, with Triton's extensions.

ModelInfer itself is in `rpc.method_table`.
"""

from collections.abc import Callable, Iterator

import grpc

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_server import __version__
from lenet_server.batching.call_context import Caller
from lenet_server.errors import InvalidRequest, ModelNotFound, NoModel
from lenet_server.inference.call import Call, PendingCall
from lenet_server.inference.catalog import Catalog, ServedModel
from lenet_server.repository.control import Control
from lenet_server.rpc.oip import descriptions as describe
from lenet_server.rpc.oip.messages import read, version_or_alias
from lenet_server.rpc.request_handler import RequestHandler
from lenet_server.settings import Settings

EXTENSIONS = ("binary_tensor_data", "classification", "model_configuration", "model_repository", "statistics")
Context = grpc.ServicerContext


class InferenceService(rpc.GRPCInferenceServiceServicer):
    """Each method passes its request on to the core."""

    def __init__(
        self,
        handler: RequestHandler,
        catalog: Catalog,
        settings: Settings,
        is_ready: Callable[[], bool],
        control: Control,
    ) -> None:
        self._handler = handler
        self._control = control
        self._catalog = catalog
        self._settings = settings
        self._is_ready = is_ready

    def ServerLive(self, request: pb.ServerLiveRequest, context: Context) -> pb.ServerLiveResponse:  # noqa: ARG002, N802
        """Report that the server runs."""
        return self._handler.respond("ServerLive", context, lambda: pb.ServerLiveResponse(live=True))

    def ServerReady(self, request: pb.ServerReadyRequest, context: Context) -> pb.ServerReadyResponse:  # noqa: ARG002, N802
        """Report whether the server takes requests: false once it shuts down."""
        return self._handler.respond("ServerReady", context, lambda: pb.ServerReadyResponse(ready=self._is_ready()))

    def ModelReady(self, request: pb.ModelReadyRequest, context: Context) -> pb.ModelReadyResponse:  # noqa: N802
        """Report whether a model version is served: false for an unknown one, as Triton does, not an error."""

        def respond() -> pb.ModelReadyResponse:
            try:
                self._find(request.name, request.version)
            except (ModelNotFound, NoModel):
                return pb.ModelReadyResponse(ready=False)
            return pb.ModelReadyResponse(ready=self._is_ready())

        return self._handler.respond("ModelReady", context, respond)

    def ServerMetadata(self, request: pb.ServerMetadataRequest, context: Context) -> pb.ServerMetadataResponse:  # noqa: ARG002, N802
        """Name the server, and the extensions of the protocol that it supports."""
        return self._handler.respond(
            "ServerMetadata",
            context,
            lambda: pb.ServerMetadataResponse(name="lenet-server", version=__version__, extensions=EXTENSIONS),
        )

    def ModelMetadata(self, request: pb.ModelMetadataRequest, context: Context) -> pb.ModelMetadataResponse:  # noqa: N802
        """Describe the tensors of a model."""

        def respond() -> pb.ModelMetadataResponse:
            model = self._find(request.name, request.version).model
            return describe.metadata(model, [each.model.version for each in self._all_versions(model.name)])

        return self._handler.respond("ModelMetadata", context, respond)

    def ModelConfig(self, request: pb.ModelConfigRequest, context: Context) -> pb.ModelConfigResponse:  # noqa: N802
        """Describe a model in Triton's terms."""
        return self._handler.respond(
            "ModelConfig",
            context,
            lambda: describe.configuration(self._find(request.name, request.version).model, self._settings),
        )

    def ModelStatistics(self, request: pb.ModelStatisticsRequest, context: Context) -> pb.ModelStatisticsResponse:  # noqa: N802
        """The statistics of one model version, of all versions of a model, or of all models."""

        def respond() -> pb.ModelStatisticsResponse:
            if request.version:
                found = [self._find(request.name, request.version)]
            else:
                found = self._all_versions(request.name) if request.name else list(self._catalog)
            return pb.ModelStatisticsResponse(model_stats=map(describe.statistics, found))

        return self._handler.respond("ModelStatistics", context, respond)

    def ModelStreamInfer(  # noqa: N802
        self, request_iterator: Iterator[pb.ModelInferRequest], context: Context
    ) -> Iterator[pb.ModelStreamInferResponse]:
        """Classify each request; responses come in order, since nothing else relates an error to its request."""
        return self._handler.classify_stream(
            "ModelStreamInfer", context, request_iterator, _read_streamed, _refuse, in_order=True
        )

    def RepositoryIndex(self, request: pb.RepositoryIndexRequest, context: Context) -> pb.RepositoryIndexResponse:  # noqa: N802
        """List all that the model repository has, or what is served of it, and why the rest is not."""

        def respond() -> pb.RepositoryIndexResponse:
            _check_repository(request.repository_name)
            return describe.index(self._control.index(), ready_only=request.ready)

        return self._handler.respond("RepositoryIndex", context, respond)

    def RepositoryModelLoad(  # noqa: N802
        self, request: pb.RepositoryModelLoadRequest, context: Context
    ) -> pb.RepositoryModelLoadResponse:
        """Load the versions of a model that the repository has now."""

        def respond() -> pb.RepositoryModelLoadResponse:
            _check_repository(request.repository_name)
            if request.parameters:
                raise InvalidRequest(
                    f"parameter `{min(request.parameters)}` is not supported: models are loaded as they stand in the "
                    "model repository"
                )
            self._control.load(request.model_name)
            return pb.RepositoryModelLoadResponse()

        return self._handler.respond("RepositoryModelLoad", context, respond)

    def RepositoryModelUnload(  # noqa: N802
        self, request: pb.RepositoryModelUnloadRequest, context: Context
    ) -> pb.RepositoryModelUnloadResponse:
        """Unload a model. Parameters are for models that others depend on, and are ignored: here there are none."""

        def respond() -> pb.RepositoryModelUnloadResponse:
            _check_repository(request.repository_name)
            self._control.unload(request.model_name)
            return pb.RepositoryModelUnloadResponse()

        return self._handler.respond("RepositoryModelUnload", context, respond)

    def _find(self, name: str, version: str) -> ServedModel:
        return self._catalog.find(name, *version_or_alias(name, version))

    def _all_versions(self, name: str) -> list[ServedModel]:
        return [each for each in self._catalog if each.model.name == name] or [self._find(name, "")]


def _read_streamed(
    request: pb.ModelInferRequest, caller: Caller
) -> tuple[Call, Callable[[PendingCall], pb.ModelStreamInferResponse]]:
    call, respond = read(request, caller)

    def respond_streamed(pending: PendingCall) -> pb.ModelStreamInferResponse:
        response = pb.ModelStreamInferResponse(infer_response=respond(pending))
        # Clients of models that send several responses wait for the final one. Here it is the only one.
        response.infer_response.parameters["triton_final_response"].bool_param = True
        return response

    return call, respond_streamed


def _refuse(message_id: str, code: grpc.StatusCode, message: str) -> pb.ModelStreamInferResponse:
    return pb.ModelStreamInferResponse(
        error_message=f"{code.name}: {message}", infer_response=pb.ModelInferResponse(id=message_id)
    )


def _check_repository(name: str) -> None:
    if name:
        raise InvalidRequest("this server has one model repository: leave `repository_name` empty")
