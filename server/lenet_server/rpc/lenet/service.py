"""The gRPC service lenet.v1.Classifier, but for Classify, which is in `rpc.method_table`."""

from collections.abc import Iterator

import grpc

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.inference.catalog import Catalog
from lenet_server.rpc.lenet.messages import from_model, read, refuse
from lenet_server.rpc.request_handler import RequestHandler


class ClassifierService(rpc.ClassifierServicer):
    """Each method passes its request on to the core."""

    def __init__(self, handler: RequestHandler, catalog: Catalog) -> None:
        self._handler = handler
        self._catalog = catalog

    def ClassifyStream(  # noqa: N802
        self, request_iterator: Iterator[pb.ClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.ClassifyResponse]:
        """Classify each request; responses may come in another order."""
        return self._handler.classify_stream("ClassifyStream", context, request_iterator, read, refuse, in_order=False)

    def ListModels(self, request: pb.ListModelsRequest, context: grpc.ServicerContext) -> pb.ListModelsResponse:  # noqa: ARG002, N802
        """List the served model versions."""
        return self._handler.respond(
            "ListModels",
            context,
            lambda: pb.ListModelsResponse(
                models=[from_model(each.model, self._catalog.aliases(each.model)) for each in self._catalog]
            ),
        )

    def GetModel(self, request: pb.GetModelRequest, context: grpc.ServicerContext) -> pb.Model:  # noqa: N802
        """Describe one model version."""

        def respond() -> pb.Model:
            model = self._catalog.find(request.model, request.version, request.label).model
            return from_model(model, self._catalog.aliases(model))

        return self._handler.respond("GetModel", context, respond)
